/** `ok`, `bad`: nothing, or not everything, can show up. `unsure`: worth a look. */
export type Status = 'ok' | 'unsure' | 'bad';

export interface Finding {
  readonly status: Status;
  readonly text: string;
  /** What to do; '' when there is nothing to do. */
  readonly fix: string;
}

export const ok = (text: string): Finding => ({ status: 'ok', text, fix: '' });
export const unsure = (text: string, fix: string): Finding => ({ status: 'unsure', text, fix });
export const bad = (text: string, fix: string): Finding => ({ status: 'bad', text, fix });
