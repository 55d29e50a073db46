import type { KqlNames, KqlParameter, KqlParameters, KqlStore } from '../../core/contracts/store.ts';
import { OBSERVER_SERVICE } from '../../core/model.ts';
import { queryText } from '../query-text.ts';
import { ATTRIBUTES_MAX, type Change, type Question, type Source } from '../source.ts';
import { byKql } from './grouping.ts';
import { measureKql } from './measure.ts';
import { BOOKS, edgesText, livesText } from './range-texts.ts';
import { fill, nameTexts, string, usedIn, whereKql } from './texts.ts';

/** What reports ask, in KQL of the functions and views in stores/kusto/schema. */
export function kqlSource(store: KqlStore): Source {
  const texts = nameTexts(store.names);
  const ask = <R>(kql: string, values: KqlParameters): Promise<R[]> => store.query<R>(fill(kql, texts), values);
  return {
    empty: `${store.names.rows} holds no rows yet. They appear after one window (60 s) of load, in queued mode up to 5 minutes later. If none do, what waits and what was refused: otel-attribution spool ls`,
    async books(now, asOf) {
      type Row = Readonly<Record<'First' | 'Through' | 'WindowMs', number | null>>;
      const [row] = await ask<Row>(BOOKS_QUERY, { _edge: time(now), _asOf: time(asOf ?? null) });
      if (row === undefined || row.First === null || row.Through === null) return undefined;
      return { first: row.First, through: row.Through, windowMs: row.WindowMs! };
    },
    async edges(from, to) {
      type Row = Readonly<Record<'Low' | 'High' | 'WidestMs', number | null>> & { readonly RowsGone: boolean };
      const [row] = await ask<Row>(EDGES_QUERY, { _rangeBegin: time(from), _rangeEnd: time(to) });
      const { Low, High, WidestMs, RowsGone } = row!;
      return { low: Low ?? undefined, high: High ?? undefined, widest: WidestMs ?? undefined, rowsGone: RowsGone };
    },
    async covered({ from, to, rowsGone }, asOf) {
      const values = { _from: time(from), _to: time(to), _asOf: time(asOf ?? null), _rowsGone: bool(rowsGone) };
      type Row = Readonly<Record<'Begin' | 'End', number>>;
      const rows = await ask<Row>(`${livesText()}_covered`, values);
      return rows.map(({ Begin, End }) => ({ from: Begin, to: End }));
    },
    async services({ from, to }, asOf) {
      const values = { _from: time(from), _to: time(to), _asOf: time(asOf ?? null) };
      const [row] = await ask<{ Services: number }>(SERVICES, values);
      return row!.Services;
    },
    async events({ from, to }) {
      const rows = await ask<{ Event: string }>(EVENTS, { _from: time(from), _to: time(to) });
      return rows.map(({ Event }) => Event);
    },
    async attributes({ from, to }) {
      const rows = await ask<{ Name: string }>(ATTRIBUTES, { _from: time(from), _to: time(to) });
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
    _grain: { type: 'timespan', value: grainMs },
    _asOf: time(asOf ?? null),
    _measure: string(measure.kind === 'event' ? measure.event : ''),
    ...grouped.values,
    ...where.values,
  };
  return { text, values: usedIn(text, all) };
}

const bool = (value: boolean): KqlParameter => ({ type: 'bool', value });
const time = (value: number | null): KqlParameter => ({ type: 'datetime', value });

const BOOKS_QUERY = `let _wanted = datetime(1970-01-01);
${BOOKS}print First = _first, Through = _through, WindowMs = tolong(_width / 1ms)`;

const EDGES_QUERY = `${edgesText('_range')}print Low = _rangeLow, High = _rangeHigh, WidestMs = tolong(_rangeWidest / 1ms),
    RowsGone = _rangeKeptBegin > 0s`;

const SERVICES = `{{sums}}(_from, _to, 1h, _asOf)
| where Service != '${OBSERVER_SERVICE}'
| distinct Service
| summarize Services = count()`;

const EVENTS = `{{sums}}(_from, _to, 1h, datetime(null))
| where Target != 'otel-attribution'
| summarize Calls = sum(Count) by Event
| order by Calls desc, Event asc
| take 5
| project Event`;

const ATTRIBUTES = `{{sums}}(_from, _to, 1h, datetime(null))
| where Target != 'otel-attribution' and isnotempty(Attributes)
| distinct Attributes
| mv-expand Name = bag_keys(parse_json(Attributes)) to typeof(string)
| where isnotempty(Name)
| distinct Name
| order by Name asc
| take ${ATTRIBUTES_MAX}`;

const CHANGES = `{{parts}}()
| where SealedAt >= _from - 7d and SealedAt < _to and array_length(Services) > 0
| mv-expand Service = Services to typeof(string)
| where Service != '${OBSERVER_SERVICE}'
| summarize Since = min(SealedAt) by Service, Package, Mapping
| order by Service asc, Since asc, Package asc, Mapping asc
| extend IsNew = prev(Service) == Service and row_number() > 1, WasPackage = prev(Package), WasMapping = prev(Mapping)
| where IsNew and Since >= _from
| order by Since asc, Service asc, Package asc, Mapping asc
| take 10
| project ['at'] = Since, service = Service, package = Package, mapping = Mapping, wasPackage = WasPackage, wasMapping = WasMapping`;
