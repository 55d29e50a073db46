/** The arithmetic of ranges in KQL, as `let` statements: `--store kusto` reads them, the stored functions stand on them. */

/** Windows divide five minutes, so none is wider: one that straddles a moment begins less than that before it. */
const WIDEST = '5m';

/**
 * Defines `_first`, `_through` and `_width` (see `Books`) as of `_now`; all null in an empty store. The rollups lead to the few rows
 * that say it exactly. Those at the begin are read only where it matters: when `_wanted` is not well after it. The hour of `_now` may
 * hold only windows that begin after it: they do not count.
 */
export const BOOKS = `let _hours = materialize({{rollup1h}}() | where WindowStart <= _now | distinct WindowStart);
let _firstHour = toscalar(_hours | summarize min(WindowStart));
let _lastHour = toscalar(_hours | summarize max(WindowStart));
// The newest bin may hold only windows that begin after now: so the two newest.
let _lastHours = toscalar(_hours | top 2 by WindowStart desc | summarize min(WindowStart));
let _lastSlots = toscalar({{rollup5m}}() | where WindowStart >= _lastHours and WindowStart <= _now | distinct WindowStart
    | top 2 by WindowStart desc | summarize min(WindowStart));
let _lastWindows = materialize({{rows}} | where WindowStart >= _lastSlots and WindowStart <= _now and Row >= 0
    | summarize Sealed = max(SealedAt) by WindowStart, End = WindowStart + WindowSeconds * 1s);
let _newest = toscalar(_lastWindows | summarize max(WindowStart));
let _through = coalesce(toscalar(_lastWindows | where End > _newest | summarize max(min_of(Sealed, End))), _lastHour + 1h);
let _first = coalesce(toscalar({{rows}} | where _wanted < _firstHour + 1h
    | where WindowStart >= _firstHour and WindowStart < _firstHour + 1h and WindowStart <= _now and Row >= 0
    | summarize min(WindowStart)), iff(_firstHour < bin(_now, 1h), _firstHour, datetime(null)));
let _width = coalesce(toscalar({{parts}}() | where SealedAt >= _newest - 1h | order by SealedAt desc, PartId asc | take 1
    | project WindowSeconds * 1s), 1m);
`;

/**
 * Defines `<p>Low`, `<p>High` and `<p>Widest` (see `Edges`) of [`<p>Begin`, `<p>End`). Where rows are older than their retention, the
 * windows are the finest bins that are left.
 */
export function edgesText(p: string): string {
  return `let ${p}KeptBegin = ${kept(`${p}Begin`)};
let ${p}KeptEnd = ${kept(`${p}End`)};
let ${p}Straddling = materialize({{rows}} | where WindowStart > ${p}Begin - ${WIDEST} and WindowStart < ${p}Begin and Row >= 0
    | where WindowStart + WindowSeconds * 1s > ${p}Begin | distinct WindowStart, WindowSeconds);
let ${p}Low = iff(${p}KeptBegin > 0s, bin(${p}Begin, max_of(${p}KeptBegin, 1s)), toscalar(${p}Straddling | summarize min(WindowStart)));
let ${p}High = iff(${p}KeptEnd > 0s, ${ceiling(`${p}End`, `max_of(${p}KeptEnd, 1s)`)},
    toscalar({{rows}} | where WindowStart >= ${p}End - ${WIDEST} and WindowStart < ${p}End and Row >= 0
        | summarize max(WindowStart + WindowSeconds * 1s)));
let ${p}Widest = max_of(${p}KeptBegin, coalesce(toscalar(
    union (${p}Straddling | project WindowSeconds), ({{sums}}(${p}Begin, ${p}End, 1h, datetime(null)) | project WindowSeconds)
    | summarize max(WindowSeconds * 1s)), 0s));
`;
}

/** `snap` in KQL, from what `edgesText` defines: expressions of both ends. `cut` is an end that the range may not grow beyond. */
export function snapped(p: string, cut?: string): { readonly from: string; readonly to: string } {
  const high = `max_of(coalesce(${p}High, ${p}End), ${ceiling(`${p}End`, '_width')})`;
  return {
    from: `min_of(coalesce(${p}Low, ${p}Begin), bin(${p}Begin, _width)${cut === undefined ? '' : `, ${cut}`})`,
    to: cut === undefined ? high : `min_of(${high}, ${cut})`,
  };
}

/** `secondsOf` in KQL. */
export const secondsText = (from: string, to: string): string => `max_of((${to} - ${from}) / 1s, 0.001)`;

/** `at`, or the next multiple of `width`. */
export const ceiling = (at: string, width: string): string =>
  `bin(${at}, ${width}) + iff(bin(${at}, ${width}) < ${at}, ${width}, 0s)`;

/**
 * Width of the finest sums that are left at a moment, 0s for rows: their samples are as many as those of the next coarser ones, in the
 * five minutes or the hour around it.
 */
function kept(at: string): string {
  const samples = (table: string, width: string): string =>
    `coalesce(toscalar(${table} | where WindowStart >= bin(${at}, ${width}) and WindowStart < bin(${at}, ${width}) + ${width} | summarize sum(Samples)), 0)`;
  return `case(
    ${samples('{{rollup5m}}()', '1h')} != ${samples('{{rollup1h}}()', '1h')}, 1h,
    ${samples('{{rows}} | where Row >= 0', '5m')} != ${samples('{{rollup5m}}()', '5m')}, 5m, 0s)`;
}

/**
 * `resolveRange` in KQL, of the arguments `From` and `To` of a stored function. In an empty store all are null but for those that were
 * given, and nothing is found.
 */
export const RANGE = `let _now = now();
${BOOKS}let _live = iff(_through >= _now - 3 * _width, _through, _now);
let _rangeEnd = min_of(To, coalesce(_live, To));
let _rangeBegin = min_of(max_of(From, coalesce(_first, From)), _rangeEnd);
${edgesText('_range')}let _from = ${snapped('_range').from};
let _to = ${snapped('_range').to};
let _seconds = ${secondsText('_from', 'iff(_rangeEnd == _through, _rangeEnd, _to)')};
let _window = max_of(_rangeWidest, _width);
`;
