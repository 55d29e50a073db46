/** The options of this package: the declared ones, with the exporters there are to choose from. */
import type { Validation } from '../config/check.ts';
import { type ChosenExporter, chosen } from '../config/component.ts';
import type { Env } from '../config/env.ts';
import { Loader } from '../config/load.ts';
import type { SettledOf, ValuesOf } from '../config/option.ts';
import { declareOptions } from '../config/options.ts';
import { readEnv } from '../config/read-env.ts';
import { settle } from '../config/settle.ts';
import { exporters } from './registry.ts';

/** Named, so that the declarations keep their comments on the way into the package's types. */
type Declared = ReturnType<typeof declareOptions<typeof exporters>>;

/** The declarations: for tables, templates and the like. */
export const options: Declared = declareOptions(exporters);

/** Options of the plug-in, the same in code, in the YAML file of `OTEL_ATTRIBUTION_CONFIG_FILE` and in `OTEL_ATTRIBUTION_*`. */
export interface AttributionOptions extends ValuesOf<Declared> {}

export type ExporterChoice = NonNullable<AttributionOptions['exporters']>[number];

/** Options with their defaults: what the engine works with. */
export interface SettledOptions extends SettledOf<Declared> {}

const loader = new Loader(options);

/** The exporter that a choice names, with its options; undefined for an object of the application's own. */
export function chosenExporter(choice: ExporterChoice): ChosenExporter | undefined {
  return chosen(exporters, choice);
}

/** @throws AttributionError `ATTR_CONFIG_INVALID` with all problems at once */
export function loadOptions(fromCode?: unknown, env: Env = process.env): AttributionOptions {
  return loader.load(fromCode, env);
}

/** As `loadOptions`, for a running application: a mistake costs the option it is in, and `report` gets the text of all. Never throws. */
export function usableOptions(
  fromCode: unknown,
  report: (problems: string) => void,
  env: Env = process.env,
): AttributionOptions {
  return loader.salvage(fromCode, env, report);
}

export function settleOptions(given: AttributionOptions): SettledOptions {
  return settle(options, given);
}

/** Checks code, environment and the file it names, all at once. Never throws. */
export function validateAll(fromCode: unknown, env: Env): Validation<AttributionOptions> {
  return loader.checks().validateAll(fromCode, env);
}

/** Checks one file by itself. Never throws. */
export function validateFile(path: string): Validation<AttributionOptions> {
  return loader.checks().validateFile(path);
}

/** Checks the text of a file named `source`, without the checks across options. */
export function validateText(text: string, source: string): Validation<AttributionOptions> {
  return loader.checks().validateText(text, source);
}

/** JSON Schema of the file, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  return loader.checks().jsonSchema();
}

/** Options that the variables name, unchecked. */
export function optionsFromEnv(env: Env): Record<string, unknown> {
  return readEnv(options, env).options;
}
