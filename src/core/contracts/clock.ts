/** Time and randomness are arguments, so that windows can be tested on a virtual clock. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
}
