export { openKusto } from './client.ts';
export { KustoExporter, type KustoInternals } from './exporter.ts';
