import { AttributionError, RetryableError } from '../core/errors.ts';

export function code(error: unknown): string | undefined {
  return error instanceof AttributionError ? error.code : undefined;
}

export function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What a person has to do about it, if that is known: troubles of one kind, each with another remedy, are several. */
export function remedy(error: unknown): string | undefined {
  return error instanceof RetryableError ? error.remedy : undefined;
}
