/**
 * The raw table as ingestion fills it, written down a second time and on its own: the exporter's serializer is what is under test
 * elsewhere, and one mistake in it must not hide here.
 */

import { ACCOUNTS_TARGET } from '../../../../src/core/model.ts';
import type { Row } from '../../../../src/core/row.ts';
import { HEADER_EVENT, HEADER_ROW, type HeaderAttributes } from '../../../../src/kusto/names.ts';
import type { TestPart } from '../../../helpers/parts.ts';
import { type RawValue, rawRow } from '../../raw-row.ts';
import type { Delivery } from './data-set.ts';

/** Rows in the order of the table's columns; datetimes in milliseconds since the Unix epoch. */
export function rawRows(deliveries: readonly Delivery[]): RawValue[][] {
  return deliveries.flatMap(({ part, rows }) =>
    rows.map((at) => {
      const row = at === HEADER_ROW ? headerRow(part) : { ...shared(part, at), ...part.rows[at]! };
      return rawRow(row);
    }),
  );
}

function shared(part: TestPart, row: number) {
  return {
    partId: `${part.instance}-${part.sequence}`,
    row,
    sealedAt: part.sealedAt,
    windowSeconds: part.windowSeconds ?? 60,
  };
}

function headerRow(part: TestPart): Row {
  const widthMs = (part.windowSeconds ?? 60) * 1000;
  const attributes: HeaderAttributes = {
    final: part.final === true,
    instance: part.instance,
    mapping: part.mapping ?? 'm1',
    package: part.package ?? '0.1.0',
    sequence: part.sequence,
    services: [...new Set(part.rows.map((row) => row.service))].sort(),
    started: part.startedAt ?? Math.min(part.sealedAt, ...part.rows.map((row) => row.windowStart)),
  };
  return {
    ...shared(part, HEADER_ROW),
    windowStart: Math.floor(part.sealedAt / widthMs) * widthMs,
    service: '',
    originService: '',
    origin: '',
    target: ACCOUNTS_TARGET,
    event: HEADER_EVENT,
    unit: '{row}',
    value: part.rows.length,
    count: 0,
    samples: 0,
    min: null,
    max: null,
    exemplarTraceId: '',
    attributes: JSON.stringify(attributes),
  };
}
