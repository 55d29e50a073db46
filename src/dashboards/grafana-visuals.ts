/** Panels of Grafana. */
import type { Shown } from './kql.ts';
import { type Part, type Quantity, type View, type Visual, viewsOf } from './model.ts';

interface GrafanaPanel {
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly fieldConfig: {
    readonly defaults: Readonly<Record<string, unknown>>;
    readonly overrides: readonly unknown[];
  };
  readonly transformations?: readonly unknown[];
}

/** Grafana formats base units itself. */
export const shownInGrafana = (column: string, title: string): Shown => ({ title, expression: column });

/** What makes the rows and columns of a panel of those that its page asks for, as `partOf` and `shownAs` do in a query. */
export function partTransformations(part: Part, visual: Visual): readonly unknown[] {
  const views = viewsOf(visual);
  const byName = <T>(of: (view: View, i: number) => T) => Object.fromEntries(views.map((v, i) => [v.column, of(v, i)]));
  const rows =
    part === 'all'
      ? []
      : [
          {
            id: 'filterByValue',
            options: {
              filters: [{ fieldName: part.place, config: { id: 'lowerOrEqual', options: { value: part.most } } }],
              type: 'include',
              match: 'all',
            },
          },
          { id: 'sortBy', options: { fields: {}, sort: [{ field: part.place }] } },
        ];
  return [
    ...rows,
    { id: 'filterFieldsByName', options: { include: { names: views.map(({ column }) => column) } } },
    {
      id: 'organize',
      options: { excludeByName: {}, indexByName: byName((_, i) => i), renameByName: byName(({ title }) => title) },
    },
  ];
}

const units: Readonly<Record<Quantity, string | undefined>> = {
  text: undefined,
  flag: undefined,
  time: 'dateTimeAsIso',
  share: 'percentunit',
  seconds: 's',
  active: 'short',
  rate: 'ops',
  count: 'short',
  value: 'short',
};

export function visualOf(visual: Visual): GrafanaPanel {
  switch (visual.kind) {
    case 'text':
      return {
        type: 'text',
        options: {
          mode: 'markdown',
          content: visual.markdown,
          code: { language: 'plaintext', showLineNumbers: false, showMiniMap: false },
        },
        fieldConfig: { defaults: {}, overrides: [] },
      };
    case 'stats':
      return {
        type: 'stat',
        options: {
          colorMode: 'background',
          graphMode: 'none',
          justifyMode: 'auto',
          orientation: 'auto',
          textMode: 'value_and_name',
          wideLayout: true,
          reduceOptions: { calcs: ['lastNotNull'], fields: '/.*/', values: false },
        },
        fieldConfig: {
          defaults: { color: { mode: 'thresholds' }, thresholds: thresholds({}), noValue: '–' },
          overrides: visual.values.map((view) => override(view, [{ id: 'thresholds', value: thresholds(view) }])),
        },
      };
    case 'table':
      return {
        type: 'table',
        options: {
          showHeader: true,
          cellHeight: 'sm',
          footer: { show: false, countRows: false, fields: '', reducer: ['sum'] },
        },
        fieldConfig: {
          defaults: {
            custom: { align: 'auto', cellOptions: { type: 'auto' }, filterable: true, inspect: false },
            thresholds: thresholds({}),
          },
          overrides: visual.columns
            .map((view) => (view.warn === undefined ? override(view) : override(view, coloured(view))))
            .filter(({ properties }) => properties.length > 0),
        },
      };
    case 'bars':
      return {
        type: 'barchart',
        options: { ...bars('horizontal', 'none'), xField: visual.label.title, legend: legend(false) },
        fieldConfig: { defaults: { ...shape(visual.value), color: { mode: 'palette-classic' } }, overrides: [] },
      };
    case 'stack':
      return {
        type: 'barchart',
        options: { ...bars('vertical', 'normal'), legend: legend(true) },
        fieldConfig: { defaults: { ...shape(visual.value), color: { mode: 'palette-classic' } }, overrides: [] },
        transformations: [
          {
            id: 'groupingToMatrix',
            options: {
              columnField: visual.series.title,
              rowField: visual.label.title,
              valueField: visual.value.title,
              emptyValue: 'zero',
            },
          },
        ],
      };
    case 'area':
      return timeSeries(visual.value, visual.series, {
        fillOpacity: 60,
        lineWidth: 1,
        stacking: { group: 'A', mode: 'normal' },
      });
    case 'lines':
      return timeSeries(visual.value, visual.series, {
        fillOpacity: 0,
        lineWidth: 2,
        stacking: { group: 'A', mode: 'none' },
      });
  }
}

function timeSeries(value: View, series: View, custom: Record<string, unknown>): GrafanaPanel {
  return {
    type: 'timeseries',
    options: { legend: legend(true), tooltip: { mode: 'multi', sort: 'desc' } },
    fieldConfig: {
      defaults: {
        ...shape(value),
        // Without it a series would be named after its value, with the label in braces.
        displayName: `\${__field.labels.${series.title}}`,
        color: { mode: 'palette-classic' },
        custom: {
          drawStyle: 'line',
          lineInterpolation: 'stepAfter',
          showPoints: 'never',
          spanNulls: false,
          axisPlacement: 'auto',
          scaleDistribution: { type: 'linear' },
          ...custom,
        },
      },
      overrides: [],
    },
  };
}

const legend = (showLegend: boolean) => ({ showLegend, displayMode: 'list', placement: 'bottom', calcs: [] });

const bars = (orientation: 'horizontal' | 'vertical', stacking: 'none' | 'normal') => ({
  orientation,
  stacking,
  showValue: 'auto',
  barWidth: 0.9,
  groupWidth: 0.7,
  fullHighlight: false,
  tooltip: { mode: 'multi', sort: 'desc' },
  xTickLabelMaxLength: 60,
  xTickLabelRotation: 0,
});

const shape = ({ quantity }: View) => ({
  ...(units[quantity] !== undefined && { unit: units[quantity] }),
  ...(quantity === 'share' && { min: 0, max: 1 }),
});

function override({ title, quantity }: View, more: readonly { id: string; value: unknown }[] = []) {
  const unit = units[quantity];
  return {
    matcher: { id: 'byName', options: title },
    properties: [...(unit === undefined ? [] : [{ id: 'unit', value: unit }]), ...more],
  };
}

const coloured = (view: View) => [
  { id: 'thresholds', value: thresholds(view) },
  { id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } },
];

function thresholds({ warn, bad }: Pick<View, 'warn' | 'bad'>) {
  const steps: { color: string; value: number | null }[] = [
    { color: warn === undefined ? 'text' : 'green', value: null },
  ];
  if (warn !== undefined) steps.push({ color: 'yellow', value: warn });
  if (bad !== undefined) steps.push({ color: 'red', value: bad });
  return { mode: 'absolute', steps };
}
