export { MemoryExporter, type MemoryExporterOptions } from './exporter.ts';
