import { expect, test } from 'vitest';
import { ask, day, minute, print } from './ask.ts';

const nan = Number.NaN;

test.each<[string, readonly unknown[]]>([
  // Null: equality knows it, order does not; where takes only true.
  ['int(null) == int(null), int(null) != int(null), 1 == int(null), 1 != int(null)', [null, null, false, true]],
  [
    'int(null) > 1, 1 <= int(null), bool(null) and true, bool(null) and false, bool(null) or true',
    [null, null, null, false, true],
  ],
  ['int(null) + 1, -real(null), datetime(null) + 1h, abs(int(null))', [null, null, null, null]],
  [
    'isnull(int(null)), isnull(""), isnotnull(1), isempty(""), isempty(int(null)), isnotempty("a")',
    [true, false, true, true, true, true],
  ],
  ['not(bool(null)), iff(bool(null), 1, 2), case(int(null) > 1, "a", "b")', [null, 2, 'b']],
  ['coalesce(int(null), 3), coalesce("", "b"), coalesce(real(null), real(null))', [3, 'b', null]],
  ['min_of(3, long(null), 2), max_of(long(null), long(null))', [2, null]],
  ['tostring(int(null)), strcat("a", int(null), "b"), strlen(tostring(dynamic(null)))', ['', 'ab', 0]],
  [
    '1 in (1, 2), "b" !in ("a"), "A" in~ ("a"), 3 in (dynamic([1, 3])), int(null) in (1)',
    [true, true, true, true, false],
  ],
  [
    '5 between (1 .. 5), 6 !between (1 .. 5), datetime(2026-01-02) between (datetime(2026-01-01) .. 1d)',
    [true, true, true],
  ],

  // Numbers.
  [
    '7 / 2, -7 / 2, 7 / 2.0, 7 % 3, -7 % 3, 1 / 0, 1.0 / 0, 0.0 / 0',
    [3, -3, 3.5, 1, 2, null, Number.POSITIVE_INFINITY, nan],
  ],
  ['bin(7, 5), bin(-7, 5), bin(-1.5, 1), bin(7.5, 2.5), floor(9, 4), bin(7, 0)', [5, -10, -2, 7.5, 8, null]],
  ['9007199254740993 - 1, 9223372036854775807 + 1', [9007199254740992n, -9223372036854775808n]],
  [
    'round(2.5), round(-2.5), round(1.2345, 2), round(1250.0, -2), ceiling(1.2), sign(-3), sqrt(-1)',
    [3, -3, 1.23, 1300, 2, -1, null],
  ],
  ['exp(0), log(1), pow(2, 10), sqrt(9), abs(-3), abs(-1.5)', [1, 0, 1024, 3, 3, 1.5]],
  ['isnan(real(nan)), isfinite(real(+inf)), real(nan) == real(nan), real(nan) > 1', [true, false, false, false]],
  [
    'tolong("12"), tolong("1.9"), tolong("x"), tolong(2.9), toint(3000000000), todouble("1e3"), toreal("")',
    [12, 1, null, 2, null, 1000, null],
  ],
  ['tobool("true"), tobool("0"), tobool(2), tobool("x")', [true, false, true, null]],

  // Text.
  ['"B" < "a"', [true]],
  [
    '"a" == "A", "a" =~ "A", "abc" contains "B", "abc" contains_cs "B", "abc" startswith "A", "abc" startswith_cs "A"',
    [false, true, true, false, true, false],
  ],
  [
    '"abc" endswith "BC", "abc" !endswith_cs "BC", "abc" !startswith "x", "abc" !contains "b"',
    [true, true, true, false],
  ],
  [
    '"GET /a-b/c" has "b", "GET /a-b/c" has "get", "xabc" has "abc", "a" has_any ("b", "a"), "a b" has_all ("a", "c")',
    [true, true, false, true, false],
  ],
  [
    '"abc12" matches regex "[0-9]+$", extract("([a-z]+)([0-9]+)", 2, "abc12"), extract("x(.)", 1, "abc")',
    [true, '12', ''],
  ],
  [
    'substring("abcdef", 2), substring("abcdef", 1, 2), substring("abc", 5), substring("a😀b", 1, 1)',
    ['cdef', 'bc', '', '😀'],
  ],
  ['strlen("a😀b"), indexof("a😀b", "b"), toupper("aé"), tolower("AÉ"), trim(" +", "  a ")', [3, 2, 'AÉ', 'aé', 'a']],
  [
    'split("a,b,,c", ","), split("a,b", ",", 1), strcat_array(dynamic(["a", 1]), "-"), replace_string("a$&a", "a", "$&")',
    [['a', 'b', '', 'c'], ['b'], 'a-1', '$&$&$&'],
  ],
  [
    'replace_regex("2026-11", @"(\\d+)-(\\d+)", @"\\2/\\1"), countof("aaa", "aa"), countof("a1b2", "[0-9]", "regex")',
    ['11/2026', 2, 2],
  ],
  [
    'tostring(1.0), tostring(0.1), tostring(1e20), tostring(1.5e-7), tostring(123456789.25), tostring(-0.00001)',
    ['1.0', '0.1', '1E+20', '1.5E-07', '123456789.25', '-1E-05'],
  ],
  [
    'tostring(true), tostring(1h), tostring(-1d), tostring(1.5d), tostring(1tick), tostring(datetime(2026-01-02))',
    ['true', '01:00:00', '-1.00:00:00', '1.12:00:00', '00:00:00.0000001', '2026-01-02T00:00:00.0000000Z'],
  ],
  [
    'gettype(1), gettype(1.0), gettype("a"), gettype(dynamic([1])), gettype(dynamic({})), gettype(dynamic(1.0)), gettype(1h)',
    ['long', 'real', 'string', 'array', 'dictionary', 'real', 'timespan'],
  ],

  // Times: milliseconds outside, ticks inside.
  [
    'datetime(2026-11-22), datetime(2026-11-22 00:01), 90s, datetime(2026-11-22T01:00:00+01:00)',
    [day, day + minute, 90_000, day],
  ],
  [
    'bin(datetime(2026-11-22 00:07), 5m), bin(-7m, 5m), bin(datetime(1969-12-31 23:59:59), 1h)',
    [day + 5 * minute, -10 * minute, -3_600_000],
  ],
  ['bin(datetime(2026-11-22 23:59:59.9999999), 1d), datetime(2026-11-22) - 1tick < datetime(2026-11-22)', [day, true]],
  [
    'datetime(2026-11-23) - datetime(2026-11-22), 1h / 1m, 1h * 1.5, 3h / 2, 7m % 5m',
    [86_400_000, 60, 5_400_000, 5_400_000, 2 * minute],
  ],
  // Weeks of bin() begin on Mondays: they are counted from the first day of the year 1.
  [
    'bin(datetime(2026-11-22), 7d), startofweek(datetime(2026-11-24)), startofmonth(datetime(2026-11-22))',
    [Date.UTC(2026, 10, 16), day, Date.UTC(2026, 10, 1)],
  ],
  [
    'datetime_diff("minute", datetime(2026-11-22 00:01), datetime(2026-11-21 23:59:59)), datetime_add("month", 1, datetime(2026-01-31))',
    [2, Date.UTC(2026, 1, 28)],
  ],
  [
    'format_datetime(datetime(2026-11-22 05:06:07.089), "yyyy-MM-dd HH:mm:ss.fff"), format_datetime(datetime(2026-11-22), "yyyy-MM")',
    ['2026-11-22 05:06:07.089', '2026-11'],
  ],
  [
    'todatetime("2026-11-22T00:00:00Z"), todatetime("nonsense"), todatetime("2026-02-30"), totimespan("1.02:03:04.5")',
    [day, null, null, 93_784_500],
  ],
  [
    'unixtime_milliseconds_todatetime(1000), make_datetime(2026, 11, 22), hourofday(datetime(2026-11-22 05:00)), dayofweek(datetime(2026-11-23))',
    [1000, day, 5, 86_400_000],
  ],
])('print %s', (expressions, expected) => {
  expect(print(expressions)).toEqual(expected);
});

test('dynamic values: parts, conversions, JSON with and without fractions', () => {
  expect(
    print('parse_json(\'{"a":{"b":[1,2.0,"x"]}}\').a.b[1], parse_json("no json"), parse_json(""), todynamic("[1]")[5]'),
  ).toEqual([2, 'no json', null, null]);
  expect(
    print(
      'tostring(parse_json(\'{"a": 1.0, "b": [1, true, null]}\')), tostring(dynamic("x")), tostring(dynamic(null))',
    ),
  ).toEqual(['{"a":1.0,"b":[1,true,null]}', 'x', '']);
  expect(
    ask(
      'let k = "tenant"; Calls | project t=tostring(parse_json(Attributes)[k]), u=isnull(parse_json(Attributes)["n"])',
    ),
  ).toEqual([
    ['x', true],
    ['y', false],
    ['', true],
    ['', true],
  ]);
  expect(
    ask('Calls | extend j=parse_json(Attributes) | project tostring(j[Who]), tolong(j.n), bag_keys(j), j[-1]').map(
      (row) => row[1],
    ),
  ).toEqual([null, 3, null, null]);
  expect(
    print('dynamic([1,2,3])[-1], dynamic([1,2,3])[3], dynamic({"a b":1})["a b"], dynamic({"a":1}).toString'),
  ).toEqual([3, null, 1, null]);
  expect(print('dynamic({"a":5}).a == 5, dynamic({"a":"5"}).a == "5", dynamic({"a":5}).b == 5')).toEqual([
    true,
    true,
    false,
  ]);
  expect(
    print('tolong(dynamic("12")), todouble(dynamic(3)), tolong(dynamic([1])), tostring(pack_array(1.0, 1, "a", 1h))'),
  ).toEqual([12, 3, null, '[1.0,1,"a","01:00:00"]']);
});

test('arrays and bags', () => {
  expect(
    print(
      'array_concat(dynamic([1]), dynamic([2, 3])), array_slice(dynamic([1,2,3,4]), 1, -2), array_index_of(dynamic(["a","b"]), "b")',
    ),
  ).toEqual([[1, 2, 3], [2, 3], 1]);
  expect(
    print(
      'set_union(dynamic([1,2]), dynamic([2,3])), set_difference(dynamic([1,2]), dynamic([2])), set_has_element(dynamic(["a"]), "a")',
    ),
  ).toEqual([[1, 2, 3], [1], true]);
  expect(
    print(
      'bag_merge(dynamic({"a":1}), dynamic({"a":2,"b":3})), bag_remove_keys(dynamic({"a":1,"b":2}), dynamic(["a"])), bag_pack("k", 1.5)',
    ),
  ).toEqual([{ a: 1, b: 3 }, { b: 2 }, { k: 1.5 }]);
  expect(
    print('array_length(dynamic([])), array_length(dynamic({})), array_sort_asc(dynamic(["b","a",null]))'),
  ).toEqual([0, null, ['a', 'b', null]]);
});

test('mixed types are refused, not guessed', () => {
  expect(() => print('"a" == 1')).toThrow('string and long cannot be compared');
  expect(() => print('1 + "a"')).toThrow('long + string');
  expect(() => print('dynamic({"a":1}).a + 1')).toThrow('cast it first');
  expect(() => print('dynamic("x") == 1')).toThrow('cast it first');
  expect(() => print('iff(true, 1, "a")')).toThrow('no common type');
  expect(() => print('array_sort_asc(dynamic([1, "a"]))')).toThrow('mixed types');
});
