/**
 * What a period has to know of its surroundings, read once from each view: where data begin and end in it, the windows at both ends, who
 * lived. Each read begins at the period or a stated time before it, and ends with it: what is asked costs what it asks about.
 */
import { HEADER_ROW } from '../../kusto/names.ts';
import { LISTEN_MAX_MS, LISTEN_MIN_MS, SILENT_DAYS } from '../heard.ts';

/** Windows divide five minutes, so none is wider, and none begins in one slot of five minutes and ends in another. */
const WIDEST = '5m';
/** A part is sealed a little after its window: three widths later a silent store is silent, not late. */
const LATE_WIDTHS = 3;
export const LATE_MS = 15 * 60_000;
const LATE = `${LATE_MS / 60_000}m`;
/** So long after an hour, what was sealed in it has arrived and been taken up by the view, but for what was held up. */
const SETTLED_AFTER = '3h';
/** Retention is in whole days: what is younger is all there. */
const ALL_KEPT = '1d';

const hours = (ms: number): string => `${ms / 3_600_000}h`;

/** When the instance of a header row began. What older releases wrote does not say: it was within two windows before it was sealed. */
const STARTED = 'coalesce(unixtime_milliseconds_todatetime(tolong(_header.started)), WindowStart - WindowSeconds * 1s)';

/** Defines `<p>From` and `<p>To`, which are `heardOf` a period. */
export const heardText = (p: string, from: string, to: string): string =>
  `let ${p}Length = min_of(max_of(${to} - ${from}, ${hours(LISTEN_MIN_MS)}), ${hours(LISTEN_MAX_MS)});
let ${p}From = ${from} - ${p}Length;
let ${p}To = min_of(${to} + ${p}Length, _edge);
`;

/** The header rows of parts that were sealed in [`from`, `to`]; the begin of the window in which a part was sealed bounds what is read. */
const headers = (from: string, to: string): string =>
  `{{rows}}
    | where WindowStart > ${from} - ${WIDEST} and WindowStart <= ${to} and Row == ${HEADER_ROW}
    | where SealedAt >= ${from} and SealedAt <= ${to}
    | extend _header = parse_json(Attributes)`;

const partsHeard = (from: string): string => `${headers(from, '_heardTo')}
    | project PartId, Instance = tostring(_header.instance), Sequence = tolong(_header.sequence), SealedAt, Started = ${STARTED},
        WindowSeconds, Rows = tolong(Value), Final = tobool(_header.final), Package = tostring(_header['package']),
        Mapping = tostring(_header.mapping), Services = todynamic(_header.services)`;

/** One row per part that was sealed in [`_heardFrom`, `_heardTo`], and from a week before the range on. */
export const HEARD = partsHeard('_heardFrom');
export const HEARD_BEFORE = partsHeard(`_from - ${SILENT_DAYS}d`);

/** Defines `_fresh` (see `Source.fresh`), given `_edge`, `_asOf` and `_until`, the end that is asked for. Reads minutes, or nothing. */
export const FRESH = `let _lately = materialize({{rows}}
    | where _until > _edge - ${LATE} and WindowStart > _edge - ${LATE} - 2 * ${WIDEST} and WindowStart <= _edge
    | where isnull(_asOf) or SealedAt <= _asOf
    | where Row > ${HEADER_ROW} or (SealedAt > _edge - ${LATE} - ${WIDEST} and SealedAt <= _edge)
    | summarize Sealed = max(SealedAt) by IsPart = Row == ${HEADER_ROW}, WindowStart, WindowSeconds);
let _lateness = ${LATE_WIDTHS} * coalesce(toscalar(_lately | where IsPart | order by Sealed desc, WindowSeconds desc | take 1
    | project WindowSeconds * 1s), 1m);
let _newest = toscalar(_lately | where not(IsPart) | summarize max(WindowStart));
let _through = toscalar(_lately | where not(IsPart) and WindowStart + WindowSeconds * 1s > _newest
    | summarize max(min_of(Sealed, WindowStart + WindowSeconds * 1s)));
let _fresh = iff(_through >= _edge - _lateness, _through, datetime(null));
`;

/**
 * Defines `<p>Begin`, `<p>Low`, `<p>High`, `<p>Widest`, `<p>Width`, `<p>RowsGone`, `<p>Settled` and `<p>Covered` (see `Bounds`), and `<p>HasData`, of
 * [`<p>Asked`, `<p>End`), given `_edge` and `_now`. Hours lead to slots of five minutes, and those to the few rows at either end. Hours and
 * slots that hold more samples than the finer ones in them have outlived these: then they are the windows.
 */
export const boundsText = (
  p: string,
): string => `${heardText(`${p}Heard`, `${p}Asked`, `${p}End`)}let ${p}Lives = materialize(
    ${headers(`${p}HeardFrom`, `${p}HeardTo`)}
    | summarize Started = min(${STARTED}), First = min(SealedAt), arg_max(SealedAt, WindowSeconds) by Instance = tostring(_header.instance)
    | project Begin = Started, End = max_of(Started, SealedAt), First, SealedAt, WindowSeconds);
let ${p}Width = coalesce(toscalar(${p}Lives | order by SealedAt desc, WindowSeconds desc | take 1 | project WindowSeconds * 1s), 1m);
let ${p}FirstLife = toscalar(${p}Lives | where End > ${p}Asked and Begin < ${p}End | summarize min(max_of(Begin, ${p}Asked)));
let ${p}Hours = materialize({{rollup1hTaken}}()
    | where WindowStart >= bin(${p}Asked, 1h) and WindowStart < ${p}End
    | summarize Samples = sum(Samples), WindowSeconds = max(WindowSeconds) by WindowStart);
let ${p}Taken = toscalar(${p}Hours | summarize max(WindowStart));
let ${p}Arrived = bin(_now - ${SETTLED_AFTER}, 1h);
// The first may hold only windows that end before the period begins: so the two first.
let ${p}Hour = toscalar(${p}Hours | top 2 by WindowStart asc | summarize iff(count() < 2, ${p}End, max(WindowStart)));
let ${p}LastHour = bin(${p}End - 1ms, 1h);
let ${p}Slots = materialize({{rollup5m}}()
    | where WindowStart >= bin(${p}Asked, 1h) and WindowStart < ${p}LastHour + 1h
    | where WindowStart < ${p}Hour + 1h or WindowStart >= min_of(${p}LastHour, coalesce(${p}Taken, ${p}Asked - 1h), ${p}Arrived)
    | summarize Samples = sum(Samples), WindowSeconds = max(WindowSeconds) by WindowStart);
// Hours are settled before the last that the view has taken up, and with it where the slots in it hold no more; not those whose rows are
// still on the way.
let ${p}InSlots = toscalar(${p}Slots | where bin(WindowStart, 1h) == ${p}Taken | summarize sum(Samples));
let ${p}InTaken = toscalar(${p}Hours | where WindowStart == ${p}Taken | summarize sum(Samples));
let ${p}Settled = iff(isnull(${p}Taken), bin(${p}Asked, 1h),
    min_of(iff(coalesce(${p}InSlots, 0) > ${p}InTaken, ${p}Taken, ${p}Taken + 1h), ${p}Arrived));
let ${p}Slot = coalesce(toscalar(${p}Slots | where WindowStart >= bin(${p}Asked, 5m) and WindowStart < ${p}Hour + 1h
    | top 2 by WindowStart asc | summarize max(WindowStart)), ${p}Asked - 5m);
let ${p}LastSlot = bin(${p}End - 1ms, 5m);
let ${p}Rows = materialize({{rows}}
    | where WindowStart >= bin(${p}Asked, 5m) and WindowStart < ${p}LastSlot + 5m and Row > ${HEADER_ROW}
    | where WindowStart < ${p}Slot + 5m or WindowStart >= ${p}LastSlot
    | summarize Samples = sum(Samples) by WindowStart, WindowSeconds);
let ${p}Ends = materialize(union
    (${p}Rows | project Start = WindowStart, Width = WindowSeconds * 1s, IsRow = true),
    (${outlived(`${p}Slots`, `WindowStart >= bin(${p}Asked, 5m) and (WindowStart <= ${p}Slot or WindowStart == ${p}LastSlot)`, '5m', `${p}Rows`)}),
    (${outlived(`${p}Hours`, `(WindowStart <= ${p}Hour or WindowStart == ${p}LastHour)`, '1h', `${p}Slots`)})
    | where Start < ${p}End);
let ${p}First = toscalar(${p}Ends | where Start + Width > ${p}Asked | summarize min(Start));
let ${p}HasData = isnotnull(${p}First) or isnotnull(${p}FirstLife);
let ${p}Begin = min_of(max_of(${p}Asked, coalesce(min_of(coalesce(${p}First, ${p}FirstLife), coalesce(${p}FirstLife, ${p}First)), ${p}Asked)), ${p}End);
let ${p}Straddling = ${p}Ends | where Start <= ${p}Begin and Start + Width > ${p}Begin;
let ${p}RowsGone = toscalar(${p}Straddling | where not(IsRow) | count) > 0;
let ${p}Low = toscalar(${p}Straddling | summarize min(Start));
let ${p}High = toscalar(${p}Ends | where Start + Width > ${p}End | summarize max(Start + Width));
let ${p}Widest = toscalar(union (${p}Ends | where Start + Width > ${p}Begin | project Width),
    (${p}Slots | where WindowStart >= ${p}Begin and WindowStart + 5m <= ${p}End | project Width = WindowSeconds * 1s),
    (${p}Hours | where WindowStart >= ${p}Begin and WindowStart + 1h <= ${p}End | project Width = WindowSeconds * 1s)
    | summarize max(Width));
// Where parts are no longer kept, hours with sums count as a whole. Each begin opens and each end closes: where none is open, a time ends.
let ${p}FirstPart = toscalar(${p}Lives | summarize min(First));
let ${p}Times = materialize(union (${p}Lives | project Begin, End),
    (${p}Hours | where ${p}RowsGone and (isnull(${p}FirstPart) or WindowStart < ${p}FirstPart)
    | project Begin = WindowStart, End = WindowStart + 1h));
let ${p}Covered = materialize(union (${p}Times | project At = Begin, Opens = 1), (${p}Times | project At = End, Opens = -1)
    | order by At asc, Opens desc
    | extend Open = row_cumsum(Opens)
    | extend Place = row_cumsum(iff(Opens == 1 and Open == 1, 1, 0))
    | summarize Begin = min(At), End = max(At) by Place
    | where End > ${p}Asked - 1h and Begin < ${p}End + 1h
    | project Begin, End);
`;

/** Bins with more samples than what is finer holds. */
function outlived(bins: string, which: string, width: string, finer: string): string {
  return `${bins} | where ${which} and WindowStart < _now - ${ALL_KEPT}
    | join kind=leftouter (${finer} | summarize Held = sum(Samples) by WindowStart = bin(WindowStart, ${width})) on WindowStart
    | where Samples > coalesce(Held, 0)
    | project Start = WindowStart, Width = ${width}, IsRow = false`;
}
