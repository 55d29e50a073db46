/** The ways in which people start an application, and those in which it is ended without being asked. */
import type { AppSpec } from './cells.ts';

const APPLICATION = { entry: 'frameworks/express.ts', resources: ['pg'] } as const;
const SDK = 'frameworks/sdk.ts';

/** Signals at once, and who starts the application that they end: each of the two stops in its own way. */
const ENDS: readonly (readonly [string, readonly NodeJS.Signals[], AppSpec['start']])[] = [
  ['SIGHUP', ['SIGHUP'], 'register'],
  ['SIGQUIT', ['SIGQUIT'], SDK],
  ['SIGUSR2', ['SIGUSR2'], 'register'],
  ['two SIGINTs', ['SIGINT', 'SIGINT'], 'register'],
  ['two SIGINTs, sdk', ['SIGINT', 'SIGINT'], SDK],
];

export const STARTS_AND_ENDS: readonly AppSpec[] = [
  { service: 'started by --require', ...APPLICATION, start: 'register', flag: '--require' },
  { service: 'started by NODE_OPTIONS', ...APPLICATION, start: 'register', flag: 'NODE_OPTIONS=--require' },
  ...ENDS.map(([name, endBy, start]) => ({ service: `exit by ${name}`, ...APPLICATION, start, endBy })),
];
