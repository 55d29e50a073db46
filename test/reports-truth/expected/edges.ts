import { addTo, compare, type Kind, nothing, sumsBy } from './cells.ts';
import { requestsOf } from './filter.ts';
import type { Expect } from './question.ts';

export const perRequest: Expect = ({ question, facts, chosen, answered }) => {
  const requests = requestsOf(facts, answered.minutes, question.where);
  const sums = sumsBy(chosen, answered.minutes, ({ originService, origin, target, event, unit }) => [
    originService,
    origin,
    target,
    event,
    unit,
  ]);
  return [...sums.values()]
    .flatMap(({ key, value, calls, max }) => {
      const [originService, origin, target, event, unit] = key as [string, string, string, string, string];
      const n = requests(originService, origin);
      if (n === undefined) return [];
      const mean = calls > 0 ? value / calls : null;
      return [
        {
          originService,
          origin,
          target,
          event,
          unit,
          requests: n,
          callsPerRequest: calls / n,
          valuePerRequest: value / n,
          mean,
          max,
          calls,
          value,
        },
      ];
    })
    .sort(
      (a, b) =>
        b.callsPerRequest - a.callsPerRequest ||
        b.value - a.value ||
        compare(a.originService, b.originService) ||
        compare(a.origin, b.origin) ||
        compare(a.target, b.target) ||
        compare(a.event, b.event),
    )
    .slice(0, question.limit);
};

export const flow: Expect = ({ question, chosen, answered }) => {
  const span = answered.minutes;
  const [most] = [...sumsBy(chosen, span, ({ event, unit }) => [event, unit]).values()].sort(
    (a, b) => b.value - a.value,
  );
  if (most === undefined) return [];
  const [event, unit] = most.key as [string, string];
  const edges = [
    ...sumsBy(
      chosen.filter((fact) => fact.event === event && fact.unit === unit),
      span,
      ({ originService, origin, target }) => [originService, origin, target],
    ).values(),
  ].sort((a, b) => b.value - a.value || compare(a.key.join('\0'), b.key.join('\0')));
  const rest = { ...nothing(), key: ['', '(rest)', '(rest)'] };
  for (const edge of edges.slice(question.limit)) addTo(rest, edge);
  const row = (kind: Kind, { key, value, calls }: (typeof edges)[number]) => ({
    kind,
    originService: key[0],
    origin: key[1],
    event,
    unit,
    target: key[2],
    share: most.value === 0 ? null : value / most.value,
    value,
    perSecond: value / answered.seconds,
    calls,
  });
  return [
    ...edges.slice(0, question.limit).map((edge) => row('key', edge)),
    ...(edges.length > question.limit ? [row('rest', rest)] : []),
    row('total', { ...most, key: ['', '(total)', '(total)'] }),
  ];
};
