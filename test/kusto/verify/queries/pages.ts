/** The queries of each page of both dashboards, as their products send them. */
import { adxDashboard, grafanaDashboard } from '../../../../src/dashboards/index.ts';
import { kqlLiteral } from '../../../../src/kusto/literal.ts';
import type { AdxDashboard } from '../../dashboards/adx-checks.ts';
import { withBases } from '../../dashboards/adx-web-ui.ts';
import type { GrafanaDashboard, GrafanaPanel } from '../../dashboards/grafana-checks.ts';
import { place } from '../../dashboards/place.ts';
import { from, to } from './long-set.ts';
import type { Question } from './question.ts';

/** What stands for the lists of choices: they are on every page. */
export const CHOICES = 'choices';

const datetime = (value: number): string => kqlLiteral({ type: 'datetime', value });

const adxValues: Readonly<Record<string, string>> = {
  _startTime: datetime(from),
  _endTime: datetime(to),
  _services: 'dynamic(null)',
  _targets: 'dynamic(null)',
  _origins: 'dynamic(null)',
  _measure: "'durations'",
  _by: "'origin'",
};

export function adxQuestions(): readonly Question[] {
  const dashboard = adxDashboard(place) as unknown as AdxDashboard;
  const question = (subject: string, source: string, queryId: string): Question => {
    const { text } = withBases(dashboard, queryId);
    const values = Object.fromEntries(Object.entries(adxValues).filter(([name]) => text.includes(name)));
    return { subject, source: `ADX, ${source}`, text, given: timesOf(values), values };
  };
  const titleOf = (pageId: string) => dashboard.pages.find(({ id }) => id === pageId)!.name;
  return [
    ...dashboard.tiles.flatMap(({ pageId, title, queryRef }) =>
      queryRef === undefined ? [] : [question(titleOf(pageId), title, queryRef.queryId)],
    ),
    ...dashboard.parameters.flatMap(({ displayName, dataSource }) =>
      dataSource === undefined ? [] : [question(CHOICES, displayName, dataSource.queryRef.queryId)],
    ),
  ];
}

const timesOf = (values: Readonly<Record<string, string>>): Question['given'] =>
  Object.fromEntries(Object.keys(values).map((name) => [name, name.endsWith('Time') ? 'asked' : 'none']));

/** The time range as names, so that it is told from a date in the text; lists and texts as the plug-in splices them. */
const grafanaText = (query: string): string =>
  query
    .replaceAll('$__timeFrom', '_startTime')
    .replaceAll('$__timeTo', '_endTime')
    .replaceAll(/\$\{\w+:json\}/g, '[]')
    .replaceAll(`\${measure:percentencode}`, 'durations')
    .replaceAll(`\${by:percentencode}`, 'origin');

export function grafanaQuestions(): readonly Question[] {
  const dashboard = grafanaDashboard(place) as unknown as GrafanaDashboard;
  const values = { _startTime: adxValues._startTime!, _endTime: adxValues._endTime! };
  const question = (subject: string, source: string, query: string): Question => ({
    subject,
    source: `Grafana, ${source}`,
    text: grafanaText(query),
    given: timesOf(values),
    values,
  });
  const panelQuestions = (page: string, panels: readonly GrafanaPanel[]) =>
    panels.flatMap(({ title, targets = [] }) =>
      targets.flatMap(({ query }) => (query === undefined ? [] : [question(page, title, query)])),
    );
  // The panels of an open row stand after it, those of a folded one in it.
  const pages = dashboard.panels.flatMap((row, i) => {
    if (row.type !== 'row') return [];
    const next = dashboard.panels.findIndex((panel, at) => at > i && panel.type === 'row');
    const beside = dashboard.panels.slice(i + 1, next < 0 ? undefined : next);
    return panelQuestions(row.title, [...(row.panels ?? []), ...beside]);
  });
  const choices = dashboard.templating.list.flatMap((variable) => {
    const { query } = variable.query as { query?: string };
    return query === undefined ? [] : [question(CHOICES, variable.name, query)];
  });
  return [...pages, ...choices];
}
