import { DETACHED } from '../model.ts';

/** An origin already known when the measurement is made. `originService` '' means the emitting service. */
export interface NamedOrigin {
  readonly originService: string;
  readonly origin: string;
  readonly attributes: string;
}

/** Of work that begins so long after its request that the request does not answer for it any more. */
export const DETACHED_ORIGIN: NamedOrigin = { originService: '', origin: DETACHED, attributes: '' };
