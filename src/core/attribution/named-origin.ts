/** An origin already known when the measurement is made. `originService` '' means the emitting service. */
export interface NamedOrigin {
  readonly originService: string;
  readonly origin: string;
  readonly attributes: string;
}
