export { type AnalyserDatabase, type Analysis, analyse, type Diagnostic, type StoredFunction } from './analyser.ts';
export { KqlError, type KqlErrorCode } from './errors.ts';
export {
  type EvaluateOptions,
  evaluate,
  type KqlColumn,
  type KqlDatabase,
  type KqlTable,
  type KqlValue,
} from './evaluate.ts';
export type { Read } from './reads.ts';
