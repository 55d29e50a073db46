/** What messages say of the options of exporters, from their declarations. */
import type { AnyExporterConfig } from './component.ts';
import type { Option, Texts } from './option.ts';

/** What an exporter does not work without, as it stands in YAML: `kusto: {cluster: ..., database: ...}`. */
export function exporterExample(config: AnyExporterConfig): string | undefined {
  const parts = Object.entries(config.options).flatMap(([name, one]) =>
    isNeeded(one) ? [`${name}: ${one.example}`] : [],
  );
  return parts.length === 0 ? undefined : `${config.name}: {${parts.join(', ')}}`;
}

/** By the path inside the list of exporters. */
export function exporterTexts(configs: readonly AnyExporterConfig[]): Readonly<Record<string, Texts>> {
  const texts: Record<string, Texts> = {};
  for (const config of configs) {
    const at = `[].${config.name}`;
    const all = Object.entries(config.options);
    const whole = exporterExample(config);
    if (whole !== undefined) texts[at] = { fix: `${whole}${variables(all.map(([, one]) => one))}` };
    for (const [name, one] of all) {
      const fix = one.example === undefined ? undefined : `${name}: ${one.example}${variables([one])}`;
      texts[`${at}.${name}`] = { type: one.type, ...(fix !== undefined && { fix }) };
    }
  }
  return texts;
}

/** Without a default it must come from somewhere. One without an example is only another way to say the same. */
const isNeeded = (one: Option<unknown>): boolean =>
  one.example !== undefined && one.default === undefined && one.defaultText === undefined;

/** The variables of what is needed: whoever forgot it may have meant to set them. */
function variables(options: readonly Option<unknown>[]): string {
  const names = options.filter(isNeeded).flatMap(({ env }) => (env === undefined ? [] : [env.name]));
  return names.length === 0 ? '' : ` (or ${names.join(', ')})`;
}
