export { OtlpExporter, type OtlpExporterOptions } from './exporter.ts';
