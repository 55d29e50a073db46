import { expect, test } from 'vitest';
import { type AnalyserDatabase, analyse } from './analyser.ts';
import { evaluate, type KqlColumn, type KqlDatabase } from './evaluate.ts';

const columns = [
  { name: 'i', type: 'int' },
  { name: 'l', type: 'long' },
  { name: 'r', type: 'real' },
  { name: 'd', type: 'datetime' },
  { name: 't', type: 'timespan' },
  { name: 's', type: 'string' },
  { name: 'b', type: 'bool' },
  { name: 'j', type: 'dynamic' },
] as const;

const analysed: AnalyserDatabase = { tables: new Map([['T', columns]]), functions: [] };
const database: KqlDatabase = {
  name: 'shapes',
  tables: new Map([['T', { columns, rows: [[1, 2, 0.5, 0, 1000, 'x', true, { a: [1, 2], b: 'q' }]] }]]),
  functions: new Map(),
};

function shape(found: readonly { name: string; type: string }[] | undefined): string | undefined {
  return found?.map(({ name, type }) => `${name}:${type}`).join(', ');
}

/** Names and types of columns must be those that the official analyser finds, also where the text gives no names. */
test.each([
  'T | project i+i, i*l, i/i, l/i, i%i, -i, l+r, d-d, d-t, t*i, t/t, t/i, -t',
  'T | project min_of(i, l), max_of(i, r), iff(b, i, l), iff(b, 1, 2.0), case(b, i, b, l, r), coalesce(i, l)',
  'T | project abs(i), round(r), bin(i, 2), bin(l, 2), bin(r, 0.1), floor(d, 1h), bin(t, 1m), bin(l, 0.5), sign(r)',
  'T | project j.a, j["b"], j.a[0], j[s], tostring(j), strcat(s, i), tolong(j), array_length(j.a), j.a.b, j.["x y"]',
  'T | project x=(i), (l), r+1, bin(i+1, 2), abs(i+1), tostring(i+1), strlen(strcat(s, "a")), strlen(s), gettype(s), s, s1=s',
  'T | extend bin(i, 2), tostring(j), abs(l), strcat(s, "a"), q=i',
  'T | extend a=todatetime(s), c=totimespan(s), e=tobool(s), f=todouble(s), g=toint(s)',
  'T | project in=i in (1, 2), i between (1 .. 2), s has "a", s startswith "x", not(b), isnull(i), isempty(s), b and b',
  'T | project exp(i), pow(i, i), log(i), sqrt(i), indexof(s, "a"), countof(s, "a"), unixtime_seconds_todatetime(l)',
  'T | project split(s, ","), make_datetime(2000, 1, 1), datetime_add("day", 1, d), startofday(d), todynamic(s), range(1, 2, 3)',
  'T | project pack_array(i, s), bag_keys(j), bag_merge(j, j), bag_pack("a", 1), set_union(j.a, j.a), array_slice(j.a, 0, 1)',
  'T | sort by i | project prev(i), next(s), row_number(), row_cumsum(i), row_cumsum(r)',
  'T | summarize sum(i), sum(l), sum(r), sum(t), avg(i), avg(d), avg(t), min(i), max(d), max(s), count()',
  'T | summarize make_list(i), make_set(s), dcount(s), count_distinct(s), count_distinctif(s, b), countif(b), make_bag(j)',
  'T | summarize percentile(r, 95), percentile(i, 95), percentiles(r, 5, 50), stdev(i), variance(r), sumif(i, b), maxif(i, b)',
  'T | summarize sum(i+1), countif(i>1), sum(tolong(s)), make_list(j.a), dcount(tostring(j.q)), sum(bin(i, 2)), avg(-r)',
  'T | summarize arg_max(r, s, l), arg_min(d, s) by i',
  'T | summarize arg_max(r, *) by s, bin(d, 1h)',
  'T | summarize arg_max(r+1, *), take_any(j.a)',
  'T | summarize x=arg_max(r, s, l) by bin(d, 1h)',
  'T | summarize (x, y)=arg_max(r, s), take_any(*) by b',
  'T | summarize take_any(i, l) by i',
  'T | summarize x=sum(r)/count(), sum(r)*2 by i+1, strcat(s, "a"), tostring(j.b), bin(d, 1h), toupper(s)',
  'T | summarize by x=i, bin(l, 2), l',
  'T | summarize max(r), max(r), max_r=min(r)',
  'T | distinct i, l',
  'T | distinct i+1',
  'T | project-away s, j*',
  'T | project-keep s, i*',
  'T | project-reorder s, *',
  'T | project-rename z=s',
  'T | count',
  'T | join kind=inner (T | project i, s) on i',
  'T | extend s1=1 | join kind=leftouter T on s, $left.i==$right.i',
  'T | join kind=leftanti T on i',
  'T | join kind=rightsemi (T | project zz=i) on $left.i==$right.zz',
  'T | lookup (T | project i, q=s, r) on i',
  'T | lookup kind=inner (T | project zz=i, ww=1) on $left.i==$right.zz',
  'T | union (T | extend z=1)',
  'union T, (T | project i=s)',
  'union withsource=q T, (T | project zz=1)',
  'union (T | project l, i), (T | project i=s, z=1), (T | project i=r)',
  'T | mv-expand j.a to typeof(long)',
  'T | mv-expand with_itemindex=x z=j.a, j',
  'T | mv-expand s=j.a',
  'T | mv-apply q=j.a to typeof(long) on (summarize sum(q))',
  'T | mv-apply q=j.a on (extend i=5 | project q, i)',
  'print 1, a=2, strcat("a"), strlen("a"), bin(5, 2), toscalar(T | count), (1)',
  'range x from 1 to 10 step 1',
  'range x from datetime(2020-01-01) to datetime(2020-01-02) step 1h',
  'range x from 1 to 2 step 0.5',
  'let f = (a:long, b:string="x") { T | where i < a | extend f=b }; f(5)',
  'let f = (T:(i:int)) { T | summarize n=count() by i }; f(T)',
])('the columns of %s', (text) => {
  const analysis = analyse(text, analysed);
  expect(analysis.diagnostics).toEqual([]);
  expect(shape(evaluate(text, database).columns as readonly KqlColumn[])).toBe(shape(analysis.columns));
});
