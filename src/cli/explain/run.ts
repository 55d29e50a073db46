import { readFileSync } from 'node:fs';
import { formatProblems } from '../../config/problem.ts';
import { rootOrigin } from '../../core/attribution/root-origin.ts';
import { AttributionError } from '../../core/errors.ts';
import { type Explanation, explain } from '../../core/mapping/explain.ts';
import { UNATTRIBUTED } from '../../core/model.ts';
import { type AttributionOptions, settleOptions, validateAll } from '../../engine/options.ts';
import { colours } from '../output.ts';
import { type ReadSpan, readSpans } from './read-spans.ts';
import { explanationText } from './text.ts';

export interface ExplainFlags {
  readonly config?: string;
  readonly service?: string;
  readonly json?: true;
}

export interface ExplainedSpan {
  readonly where: string;
  readonly name: string;
  readonly kind: number;
  readonly service: string;
  readonly scopeName: string;
  /** Null when the input does not say it. */
  readonly durationSeconds: number | null;
  readonly explanation: Explanation;
  /** The origin of its work if it were the local root. */
  readonly asRoot: { readonly origin: string; readonly from: string };
}

/** @throws AttributionError `ATTR_USAGE` (no such file, no span in it), `ATTR_CONFIG_INVALID` */
export async function explainFile(file: string, flags: ExplainFlags): Promise<void> {
  const options = loadConfig(flags.config);
  const source = file === '-' ? 'standard input' : file;
  const spans = readSpans(readInput(file), source, flags.service ?? options.service ?? '');
  const explained = spans.map((span) => explainSpan(span, options));
  if (flags.json === true) process.stdout.write(`${JSON.stringify({ spans: explained }, null, 2)}\n`);
  else process.stdout.write(`${explained.map((one) => explanationText(one, colours())).join('\n\n')}\n`);
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
    throw new AttributionError('ATTR_USAGE', `Cannot read ${file}: ${why}`);
  }
}

export function explainSpan({ facts, durationSeconds, where }: ReadSpan, options: AttributionOptions): ExplainedSpan {
  const { presets, rules } = options;
  const mapping = { ...(presets !== undefined && { presets }), ...(rules !== undefined && { rules }) };
  const { name, kind, service, scopeName } = facts;
  return {
    where,
    name,
    kind,
    service,
    scopeName,
    durationSeconds: Number.isFinite(durationSeconds) ? durationSeconds : null,
    explanation: explain(mapping, facts, durationSeconds),
    asRoot: originAsRoot(facts, settleOptions(options).originAttribute),
  };
}

function originAsRoot(facts: ReadSpan['facts'], originAttribute: string): ExplainedSpan['asRoot'] {
  const named = facts.attribute(originAttribute);
  if (typeof named === 'string' && named !== '') return { origin: named, from: `the attribute ${originAttribute}` };
  const { origin, complete } = rootOrigin(facts, { rpcRoute: '', childRoute: '', graphql: '' });
  if (origin === '') return { origin: UNATTRIBUTED, from: 'a span of this kind names no origin' };
  return { origin, from: complete ? 'its attributes' : 'no http.route here; a span below it may bring one' };
}
