import { AttributionError } from '../core/errors.ts';

export function code(error: unknown): string | undefined {
  return error instanceof AttributionError ? error.code : undefined;
}

export function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
