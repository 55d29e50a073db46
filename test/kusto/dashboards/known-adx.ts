/** What is known of the format of ADX dashboards: from a real export, and what documentation adds to it. */
import { readFileSync } from 'node:fs';
import { merged, type Shapes } from './shapes.ts';

/** Shapes of the export of microsoft/finops-toolkit, `src/templates/finops-hub/dashboard.json` (MIT), schema 60. */
export const exported = JSON.parse(readFileSync(new URL('./adx-shapes.json', import.meta.url), 'utf8')) as Shapes;

/** Visual types of that export, and the grid of the web UI. */
export const GRID = 24;

/**
 * Not in that export: the time range and lists of more than one value (Microsoft's articles on dashboard parameters and on the
 * definition of Real-Time Dashboards), and a chart whose series are named.
 */
const documented: Shapes = {
  'parameter duration': {
    '': ['object'],
    kind: ['string'],
    id: ['string'],
    displayName: ['string'],
    description: ['string'],
    beginVariableName: ['string'],
    endVariableName: ['string'],
    defaultValue: ['object'],
    'defaultValue.kind': ['string'],
    'defaultValue.count': ['number'],
    'defaultValue.unit': ['string'],
    showOnPages: ['object'],
    'showOnPages.kind': ['string'],
  },
  'parameter value': {
    'defaultValue.value': ['string'],
    'showOnPages.pageIds': ['array'],
    'showOnPages.pageIds[]': ['string'],
  },
  ...Object.fromEntries(
    ['tile stackedarea', 'tile timechart', 'tile stackedcolumn', 'tile area', 'tile line'].map((group) => [
      group,
      {
        'visualOptions.xColumn': ['string'],
        'visualOptions.yColumns': ['array'],
        'visualOptions.yColumns[]': ['string'],
        'visualOptions.seriesColumns': ['array'],
        'visualOptions.seriesColumns[]': ['string'],
        description: ['string'],
      },
    ]),
  ),
};

export const known: Shapes = merged(exported, documented);
