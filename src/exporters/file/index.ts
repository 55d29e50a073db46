export { isWritableDirectory } from '../../parts/part-files.ts';
export { FileExporter, type FileExporterOptions } from './exporter.ts';
