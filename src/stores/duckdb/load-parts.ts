import { crc32 } from 'node:zlib';
import { isPartCell, isRowCell, type PartColumns } from '../../core/part-columns.ts';
import { type RowColumn, sumLane } from '../../core/row.ts';
import { columnTypes } from '../../core/row-columns.ts';
import { startOf } from '../../parts/part-codec.ts';
import type { Database } from './database.ts';
import { quote } from './schema.ts';

/** A part file whose content has been checked, ready to be inserted by SQL straight from the file. */
export interface CheckedPart {
  readonly path: string;
  readonly id: string;
  readonly crc: number;
  readonly n: number;
  readonly sealedAt: number;
  readonly startedAt: number;
  readonly instance: string;
  readonly sequence: number;
  readonly package: string;
  readonly mapping: string;
  readonly final: boolean;
  readonly windowSeconds: number;
  readonly services: readonly string[];
}

export function checkedPart(path: string, bytes: Uint8Array, columns: PartColumns): CheckedPart {
  const services = new Set<string>();
  for (const index of columns.service) services.add(columns.strs[index]!.toWellFormed());
  return {
    path,
    id: columns.part,
    crc: crc32(bytes),
    n: columns.n,
    sealedAt: columns.sealedAt,
    startedAt: startOf(columns),
    instance: columns.instance,
    sequence: Number(columns.part.slice(columns.instance.length + 1)),
    package: columns.package.toWellFormed(),
    mapping: columns.mapping.toWellFormed(),
    final: columns.final === true,
    windowSeconds: columns.wsec,
    services: [...services].sort(),
  };
}

/** Type of a value in the JSON of a part. */
function jsonType({ type, place }: RowColumn): string {
  if (type === 'time') return 'BIGINT';
  return type === 'string' && place === 'row' ? 'INTEGER' : columnTypes[type].sql;
}

/** What is read of a part, as `read_json` wants to know it. */
const fields = [
  ...sumLane.filter(isPartCell).map((c) => `"${c.json}": '${jsonType(c)}'`),
  `"n": 'INTEGER', "strs": 'VARCHAR[]'`,
  ...sumLane.filter(isRowCell).map((c) => `"${c.json}": '${jsonType(c)}[]'`),
].join(', ');

/** The values of a column, one line per row. */
function cells({ json, type, place }: RowColumn): string {
  if (place === 'position') return 'unnest(range(n))';
  const text = `"${json}"`;
  if (place === 'part') return type === 'time' ? `epoch_ms(${text})` : text;
  if (type === 'string') return `unnest(list_select(strs, list_transform(${text}, lambda i: i + 1)))`;
  return type === 'time' ? `epoch_ms(unnest(${text}))` : `unnest(${text})`;
}

/** Inserts rows and part ids of `parts` in the running transaction. The caller has excluded ids that are in the store. */
export async function insertParts(db: Database, parts: readonly CheckedPart[]): Promise<void> {
  const files = parts.filter((part) => part.n > 0).map((part) => quote(literalPath(part.path)));
  if (files.length > 0) {
    await db.run(`
INSERT INTO sums
SELECT ${sumLane.map(cells).join(', ')}
FROM read_json([${files.join(', ')}], format = 'unstructured', compression = 'zstd',
  maximum_object_size = 67108864, columns = {${fields}})`);
  }
  await db.run(
    `INSERT INTO parts
SELECT part_id, crc, n, epoch_ms(sealed_at::BIGINT), instance, sequence, package, mapping, final, window_seconds,
  from_json(services::JSON, '["VARCHAR"]'), now()::TIMESTAMP,
  epoch_ms(started_at::BIGINT)
FROM (SELECT unnest($ids) AS part_id, unnest($crcs) AS crc, unnest($ns) AS n, unnest($sealed) AS sealed_at,
  unnest($instances) AS instance, unnest($sequences) AS sequence, unnest($packages) AS package, unnest($mappings) AS mapping,
  unnest($finals)::INTEGER = 1 AS final, unnest($widths) AS window_seconds, unnest($started) AS started_at, unnest($services) AS services)`,
    {
      ids: parts.map((p) => p.id),
      crcs: parts.map((p) => p.crc),
      ns: parts.map((p) => p.n),
      started: parts.map((p) => p.startedAt),
      sealed: parts.map((p) => p.sealedAt),
      instances: parts.map((p) => p.instance),
      sequences: parts.map((p) => p.sequence),
      packages: parts.map((p) => p.package),
      mappings: parts.map((p) => p.mapping),
      finals: parts.map((p) => (p.final ? 1 : 0)),
      widths: parts.map((p) => p.windowSeconds),
      services: parts.map((p) => JSON.stringify(p.services)),
    },
  );
}

/** `read_json` takes globs: a `*` in the name of a directory must stay one. */
const literalPath = (path: string): string => path.replaceAll(/[*?[]/g, '[$&]');
