/** The option `exporters`: everything it says of single exporters comes from their own declarations. */
import type { ZodType } from 'zod';
import type { Exporter } from '../core/contracts/exporter.ts';
import { type AnyExporterConfig, type ChoiceOf, chosen, isBare, isExporter } from './component.ts';
import { option, type Zod } from './declare.ts';
import type { Option, Texts } from './option.ts';
import { closest } from './problem.ts';
import { readParts, words } from './read-env.ts';
import { componentSchema } from './schema.ts';

export function exportersOption<const R extends readonly AnyExporterConfig[]>(
  registry: R,
): Option<readonly (ChoiceOf<R[number]> | Exporter)[]> {
  type Choices = readonly (ChoiceOf<R[number]> | Exporter)[];
  const bare = registry.filter(isBare).map(({ name }) => name);
  const configured = registry.filter((config) => !isBare(config));
  const spelled = configured.map(({ name }) => `{${name}: {...}}`);
  const examples = configured.map(example).filter((text) => text !== undefined);
  return option({
    schema: (z, source) =>
      z.array(
        z.union([
          z.enum(bare),
          ...configured.map((config) => z.strictObject({ [config.name]: componentSchema(z, config, source) })),
          ...(source === 'code' ? [exporterSchema(z)] : []),
        ]),
      ) as ZodType<unknown> as ZodType<Choices>,
    type: `list of ${[...bare, ...configured.map(({ name }) => `{${name}: ...}`)].join(', ')} or exporter objects (code only)`,
    text: 'where parts go',
    defaultText: '`[file]`; `[memory]` in production or when the directory cannot be written',
    example: `[${[bare[0], examples[0] && `{${examples[0]}}`].filter(Boolean).join(', ')}]`,
    env: {
      name: 'OTEL_ATTRIBUTION_EXPORTERS',
      read: (text, env) =>
        words(text).map((word) => {
          const config = configured.find(({ name }) => name === word);
          return config === undefined ? word : { [word]: readParts(config.options, env) };
        }),
    },
    furtherVariables: configured.flatMap(({ options }) =>
      Object.values(options).flatMap(({ env }) => (env === undefined ? [] : [env.name])),
    ),
    within: {
      '[]': {
        type: `${[...bare.map((name) => `'${name}'`), ...spelled].join(', ')} or, in code, an object with the methods of Exporter`,
        isForeign: (value) =>
          value === null ||
          typeof value !== 'object' ||
          !Object.keys(value).some(
            (key) =>
              closest(
                key,
                configured.map(({ name }) => name),
              ) !== undefined,
          ),
      },
      ...Object.assign({}, ...configured.map(textsOf)),
    },
    conflict(choices) {
      const names = choices.map((one) => chosen(registry, one)?.config.name ?? (one as Exporter).name);
      const twice = names.find((name, i) => names.indexOf(name) !== i);
      if (twice === undefined) return undefined;
      return { rule: 'each exporter has a name of its own', fix: `list ${JSON.stringify(twice)} once` };
    },
  });
}

const exporterSchema = (z: Zod) => z.custom<Exporter>(isExporter, 'must be an object with the methods of Exporter');

/** What has no default must come from somewhere: messages show it, and name its variables. */
const needed = ({ options }: AnyExporterConfig) =>
  Object.entries(options).filter(
    ([, one]) => one.example !== undefined && one.default === undefined && one.defaultText === undefined,
  );

/** `kusto: {cluster: ..., database: ...}`; undefined for an exporter that needs nothing. */
function example(config: AnyExporterConfig): string | undefined {
  const parts = needed(config).map(([name, one]) => `${name}: ${one.example}`);
  return parts.length === 0 ? undefined : `${config.name}: {${parts.join(', ')}}`;
}

function textsOf(config: AnyExporterConfig): Record<string, Texts> {
  const at = `[].${config.name}`;
  const texts: Record<string, Texts> = {};
  const whole = example(config);
  if (whole !== undefined) texts[at] = { fix: whole + variables(needed(config).map(([, one]) => one)) };
  const must = new Set(needed(config).map(([name]) => name));
  for (const [name, one] of Object.entries(config.options)) {
    texts[`${at}.${name}`] = {
      type: one.type,
      ...(one.example !== undefined && { fix: `${name}: ${one.example}${must.has(name) ? variables([one]) : ''}` }),
    };
  }
  return texts;
}

function variables(options: readonly Option<unknown>[]): string {
  const names = options.flatMap(({ env }) => (env === undefined ? [] : [env.name]));
  return names.length === 0 ? '' : ` (or ${names.join(', ')})`;
}
