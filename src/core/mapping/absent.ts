import { genaiGate, semconv } from './semconv.ts';

type Attributes = Readonly<Record<string, unknown>>;

/**
 * Whether a span has none of the names of one row, for the rows that most spans lack. Names written out are looked up
 * twice as fast as names from a list (4 against 8 ns), and most of the time spent on a span goes into finding out what
 * it is not. One pass over the attributes instead is faster still up to about 17 of them, and 5 times slower beyond,
 * where V8 keeps them in a dictionary. test/unit/mapping/absent.test.ts holds them against the table.
 */
const checks: ReadonlyMap<readonly string[], (a: Attributes) => boolean> = new Map<
  readonly string[],
  (a: Attributes) => boolean
>([
  [
    genaiGate,
    (a) =>
      a['gen_ai.operation.name'] === undefined &&
      a['gen_ai.provider.name'] === undefined &&
      a['gen_ai.system'] === undefined &&
      a['ai.operationId'] === undefined,
  ],
  [
    semconv.targetOverride,
    (a) =>
      a['server.service.name'] === undefined &&
      a['service.peer.name'] === undefined &&
      a['peer.service'] === undefined &&
      a['aws.remote.service'] === undefined,
  ],
  [semconv.rpcSystem, (a) => a['rpc.system.name'] === undefined && a['rpc.system'] === undefined],
  [semconv.dbSystem, (a) => a['db.system.name'] === undefined && a['db.system'] === undefined],
  [semconv.messagingSystem, (a) => a['messaging.system.name'] === undefined && a['messaging.system'] === undefined],
  [semconv.faasInvokedName, (a) => a['faas.invoked_name'] === undefined && a['aws.lambda.invoked_arn'] === undefined],
  [
    semconv.dbNamespace,
    (a) =>
      a['db.namespace'] === undefined &&
      a['db.name'] === undefined &&
      a['db.redis.database_index'] === undefined &&
      a['db.elasticsearch.cluster.name'] === undefined &&
      a['db.mssql.instance_name'] === undefined,
  ],
]);

/** The check for a list of names, if there is one: it must be the very list of the table. */
export function absentCheck(names: readonly string[]): ((a: Attributes) => boolean) | undefined {
  return checks.get(names);
}

export const checkedRows: readonly (readonly string[])[] = [...checks.keys()];
