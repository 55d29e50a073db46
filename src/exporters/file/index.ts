export { isWritableDirectory } from '../../spool/part-files.ts';
export { FileExporter, type FileExporterOptions } from './exporter.ts';
