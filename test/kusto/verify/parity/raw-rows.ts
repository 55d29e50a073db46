/**
 * The raw table as ingestion fills it, written down a second time and on its own: the exporter's serializer is what is under test
 * elsewhere, and one mistake in it must not hide here.
 */

import { ACCOUNTS_TARGET } from '../../../../src/core/model.ts';
import { HEADER_EVENT, HEADER_ROW, type HeaderAttributes, rowColumns } from '../../../../src/kusto/names.ts';
import type { TestPart } from '../../../helpers/parts.ts';
import type { Delivery } from './data-set.ts';

export type RawValue = string | number | null;

/** Rows in the order of `rowColumns`; datetimes in milliseconds since the Unix epoch. */
export function rawRows(deliveries: readonly Delivery[]): RawValue[][] {
  return deliveries.flatMap(({ part, rows }) =>
    rows.map((row) => {
      const fields: Readonly<Record<string, RawValue>> = row === HEADER_ROW ? headerFields(part) : rowFields(part, row);
      return rowColumns.map(({ name }) => {
        const value = fields[name];
        if (value === undefined) throw new Error(`no value for column ${name}`);
        return typeof value === 'string' ? value.toWellFormed() : value;
      });
    }),
  );
}

function shared(part: TestPart, row: number) {
  return {
    PartId: `${part.instance}-${part.sequence}`,
    Row: row,
    SealedAt: part.sealedAt,
    WindowSeconds: part.windowSeconds ?? 60,
  };
}

function rowFields(part: TestPart, index: number): Readonly<Record<string, RawValue>> {
  const row = part.rows[index]!;
  return {
    ...shared(part, index),
    WindowStart: row.windowStart,
    Service: row.service,
    OriginService: row.originService,
    Origin: row.origin,
    Target: row.target,
    Event: row.event,
    Unit: row.unit,
    Value: row.value,
    Count: row.count,
    Samples: row.samples,
    Min: row.min,
    Max: row.max,
    ExemplarTraceId: row.exemplarTraceId,
    Attributes: row.attributes,
  };
}

function headerFields(part: TestPart): Readonly<Record<string, RawValue>> {
  const widthMs = (part.windowSeconds ?? 60) * 1000;
  const attributes: HeaderAttributes = {
    final: part.final === true,
    instance: part.instance,
    mapping: part.mapping ?? 'm1',
    package: part.package ?? '0.1.0',
    sequence: part.sequence,
    services: [...new Set(part.rows.map((row) => row.service))].sort(),
  };
  return {
    ...shared(part, HEADER_ROW),
    WindowStart: Math.floor(part.sealedAt / widthMs) * widthMs,
    Service: '',
    OriginService: '',
    Origin: '',
    Target: ACCOUNTS_TARGET,
    Event: HEADER_EVENT,
    Unit: '{row}',
    Value: part.rows.length,
    Count: 0,
    Samples: 0,
    Min: null,
    Max: null,
    ExemplarTraceId: '',
    Attributes: JSON.stringify(attributes),
  };
}
