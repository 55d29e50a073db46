/** What `validate` and `doctor` say about a configuration: what is wrong with it, or what it puts in force. */
import { CONFIG_FILE, type Env } from '../../config/env.ts';
import { DEFAULT_DIRECTORY } from '../../config/options.ts';
import { type Problem, receivedText } from '../../config/problem.ts';
import { Accounts } from '../../core/accounts.ts';
import { Dictionary } from '../../core/aggregate/dictionary.ts';
import type { Exporter } from '../../core/contracts/exporter.ts';
import { AttributionError } from '../../core/errors.ts';
import { compileMapping } from '../../core/mapping/compile.ts';
import {
  type AttributionOptions,
  chosenExporter,
  type ExporterChoice,
  optionsFromEnv,
  settleOptions,
  validateFile,
} from '../../engine/options.ts';
import type { colours } from '../output.ts';

export interface InForce {
  readonly enabled: boolean;
  readonly windowSeconds: number;
  readonly originDeadlineSeconds: number;
  readonly presets: readonly string[];
  /** Names, in the order in which they are tried. */
  readonly rules: readonly string[];
  /** Names of the row attributes. */
  readonly attributes: readonly string[];
  readonly exporters: readonly string[];
  readonly directory: string;
  readonly propagateTo: readonly string[];
  readonly trustBaggage: boolean;
  /** The hash that parts made with this mapping carry. */
  readonly mapping: string;
}

export interface ConfigResult {
  readonly file: string;
  readonly valid: boolean;
  readonly problems: readonly Problem[];
  readonly inForce?: InForce;
  /** Options of the file that a variable set here overrules. */
  readonly overruled: readonly { readonly option: string; readonly variable: string; readonly value: string }[];
}

/** Checks the file alone; variables are only compared with it. Never throws. */
export function checkConfig(file: string, env: Env): ConfigResult {
  const { options, problems } = validateFile(file);
  if (problems.length > 0) return { file, valid: false, problems, overruled: [] };
  try {
    return { file, valid: true, problems, inForce: inForce(options), overruled: overruled(options, env) };
  } catch (error) {
    if (!(error instanceof AttributionError)) throw error;
    const problem = { source: file, path: '', received: '', rule: error.message, fix: 'correct it' };
    return { file, valid: false, problems: [problem], overruled: [] };
  }
}

/** Defaults filled in. Throws ATTR_CONFIG_INVALID when a rule does not compile. */
export function inForce(options: AttributionOptions): InForce {
  const settled = settleOptions(options);
  const { presets, rules } = settled;
  const mapping = compileMapping({ presets, rules, dictionary: new Dictionary(), accounts: new Accounts() });
  return {
    enabled: settled.enabled,
    windowSeconds: settled.windowSeconds,
    originDeadlineSeconds: settled.originDeadlineSeconds,
    presets,
    rules: rules.map(({ name }) => name),
    attributes: Object.keys(settled.attributes),
    exporters: (settled.exporters ?? ['file']).map(exporterName),
    directory: settled.directory ?? DEFAULT_DIRECTORY,
    propagateTo: settled.propagateTo,
    trustBaggage: settled.trustBaggage,
    mapping: mapping.hash,
  };
}

function exporterName(choice: ExporterChoice): string {
  const named = chosenExporter(choice);
  if (named === undefined) return (choice as Exporter).name;
  const { config, options } = named;
  return config.place === undefined ? config.name : `${config.name} ${config.place(options)}`;
}

function overruled(options: AttributionOptions, env: Env): ConfigResult['overruled'] {
  const { options: fromEnv, sources } = settable(env);
  return Object.keys(fromEnv)
    .filter((option) => Object.hasOwn(options, option))
    .map((option) => ({ option, variable: sources.get(option)!, value: receivedText(fromEnv[option]) }));
}

/** Options from variables one by one, so that each is known by its variable. */
function settable(env: Env): { options: Record<string, unknown>; sources: Map<string, string> } {
  const sources = new Map<string, string>();
  const options: Record<string, unknown> = {};
  for (const [variable, value] of Object.entries(env)) {
    if (variable === CONFIG_FILE) continue;
    for (const [option, read] of Object.entries(optionsFromEnv({ [variable]: value }))) {
      options[option] = read;
      sources.set(option, variable);
    }
  }
  return { options, sources };
}

export function okText(result: ConfigResult, { green, dim, yellow }: ReturnType<typeof colours>): string {
  const { inForce: now } = result;
  if (now === undefined) return '';
  const lines: [string, string][] = [
    ['window', `${now.windowSeconds} s, origins decided after at most ${now.originDeadlineSeconds} s`],
    ['presets', list(now.presets)],
    ['rules', list(now.rules)],
    ['attributes', list(now.attributes)],
    ['exporters', list(now.exporters)],
    ['directory', now.directory],
    ['propagate to', list(now.propagateTo)],
    ['trust baggage', now.trustBaggage ? 'yes' : 'no'],
    ['mapping', now.mapping],
  ];
  const text = [`${green('✓')} ${result.file} is valid${now.enabled ? '' : ', and turns attribution off'}`];
  for (const [name, value] of lines) text.push(`  ${dim(name.padEnd(13))}  ${value}`);
  for (const { option, variable, value } of result.overruled) {
    text.push(`  ${yellow('!')} ${variable} is set here: ${option} is ${value}, not what the file says`);
  }
  return text.join('\n');
}

const list = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));
