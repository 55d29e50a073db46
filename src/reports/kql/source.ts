import type { KqlNames, KqlParameter, KqlParameters, KqlStore } from '../../core/contracts/store.ts';
import { OBSERVER_SERVICE } from '../../core/model.ts';
import { HEADER_ROW } from '../../kusto/names.ts';
import { SILENT_DAYS } from '../heard.ts';
import { queryText } from '../query-text.ts';
import { ATTRIBUTES_MAX, type Change, edgeOf, type Question, type Reading, type Source } from '../source.ts';
import { boundsText, FRESH, LATE_MS } from './bounds-text.ts';
import { byKql } from './grouping.ts';
import { measureKql } from './measure.ts';
import { fill, nameTexts, string, usedIn, whereKql } from './texts.ts';

/** What reports ask, in KQL of the functions and views in stores/kusto/schema. */
export function kqlSource(store: KqlStore): Source {
  const texts = nameTexts(store.names);
  const ask = <R>(kql: string, values: KqlParameters): Promise<R[]> => store.query<R>(fill(kql, texts), values);
  return {
    empty: `${store.names.rows} holds no rows yet. They appear after one window (60 s) of load, in queued mode up to 5 minutes later. If none do, what waits and what was refused: otel-attribution spool ls`,
    async fresh(reading, until) {
      if (until < edgeOf(reading) - LATE_MS) return undefined;
      const [row] = await ask<{ Fresh: number | null }>(FRESH_QUERY, read(reading));
      return row!.Fresh ?? undefined;
    },
    async bounds({ from, to }, reading) {
      type Row = Readonly<
        Record<'Begin' | 'WidthMs' | 'Settled', number> & Record<'Low' | 'High' | 'WidestMs', number | null>
      > & {
        readonly RowsGone: boolean;
        readonly Covered: readonly (readonly [number, number])[];
      };
      const values = { ...read(reading), _rangeAsked: time(from), _rangeEnd: time(to) };
      const [row] = await ask<Row>(BOUNDS_QUERY, usedIn(BOUNDS_QUERY, values));
      const { Begin, WidthMs, Low, High, WidestMs, RowsGone, Settled, Covered } = row!;
      return {
        begin: Begin,
        low: Low ?? undefined,
        high: High ?? undefined,
        widest: WidestMs ?? undefined,
        windowMs: WidthMs,
        rowsGone: RowsGone,
        settled: Settled,
        covered: (Covered ?? []).map(([begin, end]) => ({ from: begin, to: end })),
      };
    },
    async nearest({ from }, edge) {
      // A day, a month, and then whatever the rollups have.
      for (const kql of [NEAREST_BEFORE, NEAREST_AFTER]) {
        const steps = [1, 31].map((days) => ({ text: kql.parts, values: { _reach: timespan(days * DAY) } }));
        for (const { text, values } of [...steps, { text: kql.hours, values: {} }]) {
          const [row] = await ask<{ At: number | null }>(
            text,
            usedIn(text, { _from: time(from), _edge: time(edge), ...values }),
          );
          if (row!.At !== null) return row!.At;
        }
      }
      return undefined;
    },
    async services({ from, to, settled }, asOf) {
      const values = { _from: time(from), _to: time(to), _asOf: time(asOf ?? null), _settled: time(settled) };
      const [row] = await ask<{ Services: number }>(SERVICES, values);
      return row!.Services;
    },
    async events({ from, to, settled }) {
      const rows = await ask<{ Event: string }>(EVENTS, { _from: time(from), _to: time(to), _settled: time(settled) });
      return rows.map(({ Event }) => Event);
    },
    async attributes({ from, to, settled }) {
      const rows = await ask<{ Name: string }>(ATTRIBUTES, {
        _from: time(from),
        _to: time(to),
        _settled: time(settled),
      });
      return rows.map(({ Name }) => Name);
    },
    changes({ from, to }) {
      return ask<Change>(CHANGES, { _from: time(from), _to: time(to) });
    },
    answer(folder, question) {
      const { text, values } = reportQuery(store.names, folder, question);
      return store.query(text, values);
    },
  };
}

/** The query of a report and what it declares. */
function reportQuery(
  names: KqlNames,
  folder: URL,
  { values, grainMs, asOf, by, conditions, measure }: Question,
): { text: string; values: KqlParameters } {
  const grouped = byKql(by);
  const where = whereKql(conditions);
  const known = nameTexts(names);
  const text = fill(queryText(folder, 'kql'), {
    ...known,
    ...grouped.text,
    where: where.text,
    measure: measureKql(measure),
    requests: fill(where.requests, known),
  });
  const all: KqlParameters = {
    ...Object.fromEntries(Object.entries(values).map(([name, value]) => [`_${name}`, value])),
    _grain: timespan(grainMs),
    _asOf: time(asOf ?? null),
    _measure: string(measure.kind === 'event' ? measure.event : ''),
    ...grouped.values,
    ...where.values,
  };
  return { text, values: usedIn(text, all) };
}

const DAY = 86_400_000;

const timespan = (value: number): KqlParameter => ({ type: 'timespan', value });
const time = (value: number | null): KqlParameter => ({ type: 'datetime', value });

const read = (reading: Reading): KqlParameters => ({
  _edge: time(edgeOf(reading)),
  _asOf: time(reading.asOf ?? null),
  _now: time(reading.now),
});

const FRESH_QUERY = `let _until = _edge;
${FRESH}print Fresh = _fresh`;

const ms = (at: string): string => `tolong((${at} - datetime(1970-01-01)) / 1ms)`;

const BOUNDS_QUERY = `${boundsText('_range')}print Begin = _rangeBegin, Low = _rangeLow, High = _rangeHigh, WidestMs = tolong(_rangeWidest / 1ms), WidthMs = tolong(_rangeWidth / 1ms),
    RowsGone = _rangeRowsGone, Settled = _rangeSettled,
    Covered = toscalar(_rangeCovered | order by Begin asc | summarize make_list(pack_array(${ms('Begin')}, ${ms('End')})))`;

/** Header rows of the month beside a period; beyond it hours with sums, which are kept longer. */
const NEAREST_BEFORE = {
  parts: `{{rows}}
| where WindowStart > _from - _reach - 5m and WindowStart < _from and Row == ${HEADER_ROW} and Value > 0
| where SealedAt >= _from - _reach and SealedAt < _from and SealedAt <= _edge
| summarize At = max(SealedAt)`,
  hours: `{{rollup1hTaken}}()
| where WindowStart >= _from - 1100d and WindowStart < _from - 31d
| summarize At = max(WindowStart) + 1h`,
};

const NEAREST_AFTER = {
  parts: `{{rows}}
| where WindowStart > _from - 5m and WindowStart <= _from + _reach and Row == ${HEADER_ROW} and Value > 0
| where SealedAt >= _from and SealedAt < _from + _reach and SealedAt <= _edge
| summarize At = min(SealedAt)`,
  hours: `{{rollup1hTaken}}()
| where WindowStart >= _from + 31d and WindowStart <= _edge
| summarize At = min(WindowStart)`,
};

const SERVICES = `{{sums}}(_from, _to, 1h, _asOf, _settled)
| where Service != '${OBSERVER_SERVICE}'
| distinct Service
| summarize Services = count()`;

const EVENTS = `{{sums}}(_from, _to, 1h, datetime(null), _settled)
| where Target != 'otel-attribution'
| summarize Calls = sum(Count) by Event
| order by Calls desc, Event asc
| take 5
| project Event`;

const ATTRIBUTES = `{{sums}}(_from, _to, 1h, datetime(null), _settled)
| where Target != 'otel-attribution' and isnotempty(Attributes)
| distinct Attributes
| mv-expand Name = bag_keys(parse_json(Attributes)) to typeof(string)
| where isnotempty(Name)
| distinct Name
| order by Name asc
| take ${ATTRIBUTES_MAX}`;

const CHANGES = `{{rows}}
| where WindowStart > _from - ${SILENT_DAYS}d - 5m and WindowStart < _to and Row == ${HEADER_ROW}
| where SealedAt >= _from - ${SILENT_DAYS}d and SealedAt < _to
| extend _header = parse_json(Attributes)
| project SealedAt, Package = tostring(_header['package']), Mapping = tostring(_header.mapping), Services = todynamic(_header.services)
| mv-expand Service = Services to typeof(string)
| where Service != '${OBSERVER_SERVICE}'
| summarize Since = min(SealedAt) by Service, Package, Mapping
| order by Service asc, Since asc, Package asc, Mapping asc
| extend IsNew = prev(Service) == Service and row_number() > 1, WasPackage = prev(Package), WasMapping = prev(Mapping)
| where IsNew and Since >= _from
| order by Since asc, Service asc, Package asc, Mapping asc
| take 10
| project ['at'] = Since, service = Service, package = Package, mapping = Mapping, wasPackage = WasPackage, wasMapping = WasMapping`;
