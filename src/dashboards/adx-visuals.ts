/** Visual types and options of ADX; every key is one that exports of the web UI have for that type. */
import { kqlString } from '../kusto/literal.ts';
import { columnName, type Shown } from './kql.ts';
import type { Quantity, View, Visual } from './model.ts';

interface AdxVisual {
  readonly visualType: string;
  readonly visualOptions: Readonly<Record<string, unknown>>;
}

const interactions = {
  crossFilterDisabled: false,
  drillthroughDisabled: false,
  crossFilter: [],
  drillthrough: [],
};

/** ADX formats no numbers: the unit goes to the title, and digits that say nothing are cut off. */
export function shownInAdx(column: string, title: string, quantity: Quantity): Shown {
  switch (quantity) {
    case 'share':
      return { title: `${title} %`, expression: `round(100.0 * ${column}, 1)` };
    case 'seconds':
      return { title: `${title} ms`, expression: `round(1000.0 * ${column}, 2)` };
    case 'active':
    case 'rate':
    case 'value':
      return { title, expression: `round(${column}, 3)` };
    case 'count':
      return { title, expression: `round(${column}, 1)` };
    default:
      return { title, expression: column };
  }
}

export function visualOf(visual: Visual, ruleId: (name: string) => string): AdxVisual {
  switch (visual.kind) {
    case 'text':
      return { visualType: 'markdownCard', visualOptions: {} };
    case 'stats':
      return stats(visual.values.length, ruleId);
    case 'table':
      return {
        visualType: 'table',
        visualOptions: {
          table__enableRenderLinks: true,
          colorRulesDisabled: false,
          colorStyle: 'light',
          ...interactions,
          table__renderLinks: [],
          colorRules: [],
        },
      };
    case 'bars':
      return chart('bar', visual.label, visual.value);
    case 'stack':
      return chart('stackedcolumn', visual.label, visual.value, visual.series);
    case 'area':
      return chart('stackedarea', visual.time, visual.value, visual.series);
    case 'lines':
      return chart('timechart', visual.time, visual.value, visual.series);
  }
}

function chart(visualType: string, x: View, y: View, series?: View): AdxVisual {
  const title = ({ column, title, quantity }: View): string => shownInAdx(column, title, quantity).title;
  return {
    visualType,
    visualOptions: {
      multipleYAxes: {
        base: {
          id: '-1',
          label: title(y),
          columns: [],
          yAxisMaximumValue: null,
          yAxisMinimumValue: null,
          yAxisScale: 'linear',
          horizontalLines: [],
        },
        additional: [],
        showMultiplePanels: false,
      },
      hideLegend: series === undefined,
      legendLocation: 'bottom',
      xColumnTitle: '',
      xColumn: title(x),
      yColumns: [title(y)],
      seriesColumns: series === undefined ? null : [title(series)],
      xAxisScale: 'linear',
      verticalLine: '',
      ...interactions,
      selectedDataOnLoad: { all: true, limit: 10 },
      dataPointsTooltip: { all: false, limit: 1 },
    },
  };
}

const colours = { warning: 'yellow', bad: 'red' } as const;

function stats(count: number, ruleId: (name: string) => string): AdxVisual {
  return {
    visualType: 'multistat',
    visualOptions: {
      multiStat__textSize: 'auto',
      multiStat__valueColumn: 'Value',
      colorRulesDisabled: false,
      colorStyle: 'light',
      multiStat__displayOrientation: 'horizontal',
      multiStat__labelColumn: 'Label',
      multiStat__slot: { width: count, height: 1 },
      colorRules: Object.entries(colours).map(([state, color]) => ({
        id: ruleId(state),
        ruleType: 'colorByCondition',
        applyToColumn: null,
        hideText: false,
        applyTo: 'cells',
        conditions: [{ operator: '==', column: 'State', values: [state] }],
        chainingOperator: 'and',
        colorStyle: 'light',
        color,
        tag: '',
        icon: null,
        ruleName: state,
        visualType: 'multistat',
      })),
    },
  };
}

/** One row per big number: a label, the number as text, and a state that the colours follow. */
export function bigNumbers(query: string, { values }: Extract<Visual, { kind: 'stats' }>): string {
  const bags = values.map(
    (view) => `  bag_pack('Label', ${kqlString(view.title)}, 'Value', ${asText(view)}, 'State', ${stateOf(view)})`,
  );
  return `${query}
| project numbers = pack_array(
${bags.join(',\n')})
| mv-expand numbers
| project Label = tostring(numbers.Label), Value = tostring(numbers.Value), State = tostring(numbers.State)`;
}

function asText({ column, quantity }: View): string {
  const name = columnName(column);
  return `iff(isnull(${name}), '–', ${text(name, quantity)})`;
}

function text(name: string, quantity: Quantity): string {
  switch (quantity) {
    case 'share':
      return `strcat(round(100.0 * ${name}, 1), ' %')`;
    case 'seconds':
      return `case(${name} < 120, strcat(round(${name}, 1), ' s'), ${name} < 7200, strcat(round(${name} / 60, 1), ' min'), strcat(round(${name} / 3600, 1), ' h'))`;
    case 'time':
      return `format_datetime(${name}, 'yyyy-MM-dd HH:mm')`;
    default:
      return `tostring(${name})`;
  }
}

function stateOf({ column, warn, bad }: View): string {
  if (warn === undefined || bad === undefined) return "'ok'";
  const name = columnName(column);
  return `case(isnull(${name}), 'bad', ${name} >= ${bad}, 'bad', ${name} >= ${warn}, 'warning', 'ok')`;
}
