import type { Option, Options } from './option.ts';

export interface OptionRow {
  readonly name: string;
  readonly type: string;
  readonly default: string;
  readonly description: string;
  /** '' if none. */
  readonly example: string;
  /** It cannot stand in a file. */
  readonly codeOnly: boolean;
  /** Environment variable with the same meaning, '' if none. */
  readonly env: string;
}

/** Rows of the option table in docs/options.md. */
export function optionTable(options: Options): OptionRow[] {
  return Object.entries(options).map(([name, one]) => ({
    name,
    type: one.type,
    default: defaultText(one),
    description: one.text,
    example: one.example ?? '',
    codeOnly: one.codeOnly ?? false,
    env: one.env?.name ?? '',
  }));
}

/** The default in words, with code in backticks. */
function defaultText(one: Option<unknown>): string {
  if (one.defaultText !== undefined) return one.defaultText;
  if (one.default === undefined) return one.required ? '(required)' : 'none';
  return typeof one.default === 'string' ? `\`${one.default}\`` : String(one.default);
}
