/** The option `exporters`: everything it says of single exporters comes from their own declarations. */
import type { ZodType } from 'zod';
import type { Exporter } from '../core/contracts/exporter.ts';
import { type AnyExporterConfig, type ChoiceOf, chosen, isBare, isExporter } from './component.ts';
import { option, type Zod } from './declare.ts';
import type { Env } from './env.ts';
import { exporterExample, exporterTexts } from './exporter-texts.ts';
import type { Option, Source } from './option.ts';
import { closest } from './problem.ts';
import { readParts, words } from './read-env.ts';
import { componentSchema } from './schema.ts';

export function exportersOption<const R extends readonly AnyExporterConfig[]>(
  registry: R,
): Option<readonly (ChoiceOf<R[number]> | Exporter)[]> {
  type Choice = ChoiceOf<R[number]> | Exporter;
  const bare = registry.filter(isBare).map(({ name }) => name);
  const configured = registry.filter((config) => !isBare(config));
  const names = configured.map(({ name }) => name);
  const examples = [bare[0], ...configured.map(exporterExample).map((text) => text && `{${text}}`)];
  return option({
    schema: (z, source) => z.array(choiceSchema(z, source, bare, configured) as ZodType<unknown> as ZodType<Choice>),
    type: `list of ${[...bare, ...names.map((name) => `{${name}: ...}`)].join(', ')} or exporter objects (code only)`,
    text: 'where parts go',
    defaultText: '`[file]`; `[memory]` in production or when the directory cannot be written',
    example: `[${examples.filter((text) => text !== undefined).join(', ')}]`,
    env: {
      name: 'OTEL_ATTRIBUTION_EXPORTERS',
      read: (text, env) => words(text).map((word) => namedByWord(word, configured, env)),
    },
    furtherVariables: configured.flatMap(({ options }) =>
      Object.values(options).flatMap(({ env }) => (env === undefined ? [] : [env.name])),
    ),
    within: {
      '[]': {
        type: `${[...bare.map((name) => `'${name}'`), ...names.map((name) => `{${name}: {...}}`)].join(', ')} or, in code, an object with the methods of Exporter`,
        isForeign: (value) =>
          value === null ||
          typeof value !== 'object' ||
          !Object.keys(value).some((key) => closest(key, names) !== undefined),
      },
      ...exporterTexts(configured),
    },
    conflict(choices) {
      const all = choices.map((one) => chosen(registry, one)?.config.name ?? (one as Exporter).name);
      const twice = all.find((name, i) => all.indexOf(name) !== i);
      if (twice === undefined) return undefined;
      return { rule: 'each exporter has a name of its own', fix: `list ${JSON.stringify(twice)} once` };
    },
  });
}

function choiceSchema(
  z: Zod,
  source: Source,
  bare: readonly string[],
  configured: readonly AnyExporterConfig[],
): ZodType {
  return z.union([
    z.enum(bare),
    ...configured.map((config) => z.strictObject({ [config.name]: componentSchema(z, config, source) })),
    ...(source === 'code' ? [z.custom<Exporter>(isExporter, 'must be an object with the methods of Exporter')] : []),
  ]);
}

/** In a variable an exporter is named by its word alone; its options stand in variables of their own. */
function namedByWord(word: string, configured: readonly AnyExporterConfig[], env: Env): unknown {
  const config = configured.find(({ name }) => name === word);
  return config === undefined ? word : { [word]: readParts(config.options, env) };
}
