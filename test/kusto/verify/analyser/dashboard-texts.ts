import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KustoColumn } from '../../../../src/kusto/names.ts';
import { type WithBases, withBases } from '../../dashboards/adx-web-ui.ts';
import type { Text } from './text.ts';

const folder = fileURLToPath(new URL('../../../../dashboards/', import.meta.url));

/** Every query in every dashboard file, wherever in it. */
export function dashboardTexts(): readonly Text[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));
  return files.flatMap((file) => {
    const dashboard: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    const texts = [...adxTexts(dashboard, file), ...grafanaTexts(dashboard, file)];
    if (texts.length === 0) throw new Error(`dashboards/${file} holds no query that this gate can find`);
    return texts;
  });
}

interface AdxParameter {
  readonly kind: string;
  readonly variableName?: string;
  readonly selectionType?: string;
  readonly beginVariableName?: string;
  readonly endVariableName?: string;
}

function adxTexts(dashboard: unknown, file: string): Text[] {
  if (!isObject(dashboard) || !Array.isArray(dashboard.parameters)) return [];
  const variables = (dashboard.parameters as AdxParameter[]).flatMap(adxVariables);
  const whole = dashboard as unknown as WithBases;
  return whole.queries.map(({ id }, i) => {
    const { text, usedVariables } = withBases(whole, id);
    return {
      source: `dashboards/${file}, query ${i}`,
      text,
      // What is not declared as used has no value.
      variables: variables.filter(({ name }) => usedVariables.includes(name)),
    };
  });
}

function adxVariables(parameter: AdxParameter): KustoColumn[] {
  if (parameter.kind === 'duration') {
    return [parameter.beginVariableName!, parameter.endVariableName!].map((name) => ({ name, type: 'datetime' }));
  }
  const type = parameter.selectionType === 'array' ? 'dynamic' : (parameter.kind as KustoColumn['type']);
  return [{ name: parameter.variableName!, type }];
}

/** With what the plug-in puts in place of its macros and variables; others stay, and the analyser refuses them. */
function grafanaTexts(dashboard: unknown, file: string): Text[] {
  if (!isObject(dashboard) || !isObject(dashboard.templating)) return [];
  const queries = everyObject(dashboard).filter((o) => typeof o.query === 'string' && o.queryType === 'KQL');
  const many = new Set(everyObject(dashboard.templating).flatMap((o) => (o.multi === true ? [o.name] : [])));
  return queries.map(({ query }, i) => ({
    source: `dashboards/${file}, query ${i}`,
    text: (query as string)
      .replaceAll(/\$__time(?:From|To)\b/g, 'datetime(2026-11-22T10:00:00.000Z)')
      // Of a single text Grafana's `json` makes nothing: it would be spliced as it is.
      .replaceAll(/\$\{(\w+):json\}/g, (_, name: string) => (many.has(name) ? `["GET /a","it's \\"x\\""]` : `a"b`))
      .replaceAll(/\$\{\w+:percentencode\}/g, 'a%22b'),
  }));
}

type Plain = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function everyObject(value: unknown): Plain[] {
  if (Array.isArray(value)) return value.flatMap(everyObject);
  return isObject(value) ? [value, ...Object.values(value).flatMap(everyObject)] : [];
}
