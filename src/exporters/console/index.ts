export { ConsoleExporter, type ConsoleExporterOptions } from './exporter.ts';
