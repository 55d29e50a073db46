/**
 * `unsupported`: the evaluator does not do this, the real engine may; `semantic`: the engine would refuse the text; `runtime`: it would fail
 * while running; `syntax`: it cannot be parsed.
 */
export type KqlErrorCode = 'syntax' | 'semantic' | 'runtime' | 'unsupported';

export class KqlError extends Error {
  override readonly name = 'KqlError';
  readonly code: KqlErrorCode;

  constructor(code: KqlErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export function unsupported(what: string): never {
  throw new KqlError('unsupported', `the evaluator does not support ${what}`);
}

export function semantic(message: string): never {
  throw new KqlError('semantic', message);
}
