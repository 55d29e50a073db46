import type { ErrorCode } from '../core/errors.ts';

/** Exit codes of the command line tool: stable, part of its interface. */
export const exitCodes = {
  /** Done. */
  ok: 0,
  /** It failed; standard error says why. */
  failure: 1,
  /** Unknown command or option, or a value that cannot be read. */
  usage: 2,
  /** Nothing to answer from: no directory, no parts, or nothing in the range. */
  noData: 3,
  /** Another process holds the store: worth a retry (EX_TEMPFAIL). */
  locked: 75,
  /** A part of the installation is missing, such as DuckDB (EX_UNAVAILABLE). */
  unavailable: 69,
  /** The configuration is not valid (EX_CONFIG). */
  config: 78,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export function exitCodeOf(code: ErrorCode | undefined): ExitCode {
  switch (code) {
    case 'ATTR_USAGE':
      return exitCodes.usage;
    case 'ATTR_STORE_EMPTY':
      return exitCodes.noData;
    case 'ATTR_STORE_LOCKED':
      return exitCodes.locked;
    case 'ATTR_PEER_MISSING':
      return exitCodes.unavailable;
    case 'ATTR_CONFIG_INVALID':
      return exitCodes.config;
    default:
      return exitCodes.failure;
  }
}
