/** Faults that a person has to hear of: what the log and `spool ls` say about each is part of the scenario. */
import { mappingEntries } from '../../../../src/kusto/mapping.ts';
import { kustoNames } from '../../../../src/kusto/names.ts';
import { applySchema } from '../../schema/apply.ts';
import type { FaultPlan, Role } from '../../service/index.ts';
import type { Kind } from './scenarios.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const names = kustoNames();

const ALL_ROLES: readonly Role[] = ['Ingestor', 'Viewer', 'Monitor'];
/** Of the rows of the first part of each life. */
const GUILTY = 'GET /0/';
/** Sealed together: they travel in one blob. */
const TOGETHER = { count: 6, gapMs: 0 };
/** The last ones come when it has happened. */
const APART = { count: 3, gapMs: MINUTE_MS };

function withoutStorage(times: number): FaultPlan {
  let left = times;
  return {
    request: ({ target }) => (target === 'resources' && left-- > 0 ? { do: { without: 'TempStorage' } } : undefined),
  };
}

function mappingWithout(column: string): string {
  const entries = mappingEntries.filter((entry) => entry.column !== column);
  const mapping = entries.map((entry) => ({ column: entry.column, Properties: { Path: entry.path } }));
  return `.create-or-alter table ${names.raw} ingestion json mapping '${names.mapping}' '${JSON.stringify(mapping)}'`;
}

export const seenKinds: Readonly<Record<string, Kind>> = {
  'refusal unreadable': () => ({
    mode: 'queued',
    // It takes 29 hours.
    alone: true,
    rare: true,
    parts: TOGETHER,
    roles: ['Ingestor', 'Viewer'],
    guilty: { holding: GUILTY, reason: /^did not arrive in 5 attempts .*Why cannot be read: .*role Monitor/ },
    seen: {
      log: /did not arrive, twice or more\. Why cannot be read: .*role Monitor on the database\. Such parts/,
      spool: /^kusto +1 +\S+ +did not arrive in 5 attempts .*role Monitor/,
    },
  }),
  'innocent beside guilty': () => ({
    mode: 'queued',
    parts: TOGETHER,
    guilty: { holding: GUILTY, reason: /^Kusto refused it after the hand-over: BadRequest_InvalidBlob/ },
    seen: {
      log: /was set aside: Kusto refused it after the hand-over: BadRequest_InvalidBlob/,
      spool: /^kusto +\d+ +\S+ +Kusto refused it after the hand-over: BadRequest_InvalidBlob/,
    },
  }),
  'expired key': () => ({
    mode: 'queued',
    lives: [],
    parts: APART,
    changes: [{ afterMs: 90 * SECOND_MS, what: (fake) => fake.expireKeys() }],
    seen: {
      log: /a key to the temporary storage was not accepted any more; new ones were fetched/,
      spool: /^kusto +1 +sent, no answer seen/,
    },
  }),
  'no TempStorage': () => ({
    mode: 'queued',
    lives: [],
    plan: withoutStorage(3),
    seen: {
      log: /the service names no container .*TempStorage.*, as it does while it starts or is updated\. .*Parts wait in .* and are tried again/,
      spool: /^kusto +\d+ +waits/,
    },
  }),
  'role taken away and given back': () => ({
    mode: 'queued',
    lives: [],
    parts: APART,
    roles: ALL_ROLES,
    changes: [
      { afterMs: 50 * SECOND_MS, what: (fake) => fake.setRoles('new', []) },
      { afterMs: 40 * MINUTE_MS, what: (fake) => fake.setRoles('new', ALL_ROLES) },
    ],
    seen: {
      // Which of them it hears of first depends on what it is about when they are taken away.
      log: /lacks the role (?:Ingestor|Viewer) on the database .*\.add database/,
      spool: /^kusto +\d+ +(?:waits|handed over, not there yet)/,
    },
  }),
  'database dropped and made again': () => ({
    mode: 'queued',
    lives: [],
    alone: true,
    parts: APART,
    changes: [
      { afterMs: 10 * SECOND_MS, what: (fake) => fake.dropDatabase() },
      {
        afterMs: 40 * MINUTE_MS,
        what: async (fake) => {
          fake.createDatabase();
          await applySchema((command) => fake.execute(command), names);
        },
      },
    ],
    seen: {
      log: /The database is not there, or this identity may not see it\. Create it.*schema --apply.*grant the roles/,
      spool: /^kusto +\d+ +handed over/,
    },
  }),
  'mapping dropped by hand and made again': () => ({
    mode: 'queued',
    lives: [],
    alone: true,
    parts: APART,
    changes: [
      {
        afterMs: 10 * SECOND_MS,
        what: (fake) => void fake.execute(`.drop table ${names.raw} ingestion json mapping '${names.mapping}'`),
      },
      { afterMs: 40 * MINUTE_MS, what: (fake) => applySchema((command) => fake.execute(command), names) },
    ],
    seen: { log: /The ingestion mapping of this release is not in the database/, spool: /^kusto +\d+ +handed over/ },
  }),
  'mapping changed by hand': () => ({
    mode: 'queued',
    lives: [],
    alone: true,
    changes: [
      { afterMs: 0, what: (fake) => void fake.execute(mappingWithout('Unit')) },
      { afterMs: 40 * MINUTE_MS, what: (fake) => applySchema((command) => fake.execute(command), names) },
    ],
    seen: {
      log: /The ingestion mapping \w+ in database 'Telemetry' was changed: rows would lose columns\. Run.*schema --apply/,
      spool: /^kusto +\d+ +waits/,
    },
  }),
  'a clock an hour off': (random) => ({ skewMs: random() < 0.5 ? HOUR_MS : -HOUR_MS }),
};
