export type { CompactOptions, CompactResult } from './compact.ts';
export type { ExportFileOptions } from './export-file.ts';
export { DuckDBExporter, type DuckDBExporterOptions } from './exporter.ts';
export type { MergeResult } from './merge.ts';
export { DuckDBStore, openStore, type StoreOptions } from './store.ts';
