import { readFileSync } from 'node:fs';
import { formatProblems } from '../../config/problem.ts';
import { AttributionError } from '../../core/errors.ts';
import { type AttributionOptions, validateAll } from '../../engine/options.ts';
import { sheetOf } from '../output.ts';
import { explainSpan } from './explained-span.ts';
import { readSpans } from './read-spans.ts';
import { HINT } from './sources.ts';
import { explanationText } from './text.ts';

export interface ExplainFlags {
  readonly config?: string;
  readonly service?: string;
  readonly json?: true;
}

/** @throws AttributionError `ATTR_USAGE` (no such file, no span in it), `ATTR_CONFIG_INVALID` */
export async function explainFile(file: string, flags: ExplainFlags): Promise<void> {
  const options = loadConfig(flags.config);
  const source = file === '-' ? 'standard input' : file;
  const spans = readSpans(readInput(file), source, flags.service ?? options.service ?? '');
  const explained = spans.map((span) => explainSpan(span, options));
  if (flags.json === true) process.stdout.write(`${JSON.stringify({ spans: explained }, null, 2)}\n`);
  else process.stdout.write(`${explained.map((one) => explanationText(one, sheetOf())).join('\n\n')}\n`);
}

function loadConfig(file: string | undefined): AttributionOptions {
  const env = file === undefined ? process.env : { ...process.env, OTEL_ATTRIBUTION_CONFIG_FILE: file };
  const { options, problems } = validateAll(undefined, env);
  if (problems.length > 0) throw new AttributionError('ATTR_CONFIG_INVALID', formatProblems(problems));
  return options;
}

function readInput(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'it is a directory' : message;
    throw new AttributionError('ATTR_USAGE', `Cannot read ${file}: ${why}. ${HINT}`);
  }
}
