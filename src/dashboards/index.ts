export { adxDashboard } from './adx.ts';
export { grafanaDashboard } from './grafana.ts';
export type { Place } from './model.ts';
