/** What is asked before anything is sent: whether the schema fits, and which roles are missing. */
import type { KustoClient } from '../../kusto/client.ts';
import type { KustoNames } from '../../kusto/names.ts';
import type { Connection } from './connect.ts';
import { isForbidden } from './facts.ts';
import type { Intake } from './intake.ts';
import type { SettledKustoOptions } from './options.ts';
import { type Check, toPlain } from './protocol.ts';
import { checkSchema, maySeeFailures, placeOf } from './questions.ts';
import { findRoles, missingRole, rolesHeld, turnedAway } from './roles.ts';

export interface Checked {
  readonly client: KustoClient;
  readonly intake: Intake;
  readonly connection: Pick<Connection, 'principal'>;
  readonly names: KustoNames;
  readonly mode: SettledKustoOptions['mode'];
}

/** All at once: a person may be waiting. Rejects with nothing of what the database says. */
export async function check(
  { client, intake, connection, names, mode }: Checked,
  signal: AbortSignal,
  deadline: number,
): Promise<Check> {
  const [schema, ready, failures, held] = await Promise.all([
    settled(checkSchema(client, names)),
    settled(intake.ready(signal, deadline)),
    mode === 'streaming' ? undefined : settled(maySeeFailures(client)),
    rolesHeld(client),
  ]);
  const attempts = { toIngest: ready.failure, toRead: schema.failure, toSeeFailures: failures?.failure };
  const roles = findRoles(mode, attempts, held, (role, refusal, has) =>
    missingRole(
      role,
      placeOf(client, names),
      turnedAway(refusal) ?? connection.principal(),
      isForbidden(refusal) ? undefined : has,
    ),
  );
  // Whoever may not read is told at the first ingestion if the schema does not fit.
  const blocked = schema.failure !== undefined && !isForbidden(schema.failure);
  const missing = roles.flatMap(({ text }) => (text === undefined ? [] : [`Kusto: ${text}`]));
  return {
    error: blocked ? toPlain(schema.failure) : undefined,
    schemaSeen: schema.failure === undefined,
    roles,
    warnings: [...missing, ...(schema.value === undefined ? [] : [schema.value])],
  };
}

interface Settled<T> {
  readonly value?: T;
  readonly failure?: unknown;
}

async function settled<T>(asked: Promise<T>): Promise<Settled<T>> {
  try {
    return { value: await asked };
  } catch (failure) {
    return { failure };
  }
}
