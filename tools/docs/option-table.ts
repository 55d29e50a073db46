/** The tables of options in docs/options.md, each between its markers. */
import { type OptionRow, optionTable } from '../../src/config/table.ts';
import { options } from '../../src/engine/options.ts';
import { exporters } from '../../src/engine/registry.ts';

/** What stands between `<!-- name: … -->` and `<!-- /name -->`. */
const tables = {
  options: markdown(optionTable(options)),
  'exporter options': markdown(
    exporters.flatMap((one) => optionTable(one.options).map((row) => ({ ...row, name: `${one.name}.${row.name}` }))),
  ),
};

/** `page` with the tables as they are now. Throws when it has no place for one. */
export function withOptionTables(page: string): string {
  return Object.entries(tables).reduce((text, [name, table]) => {
    const marked = new RegExp(`(<!-- ${name}:.*?-->\\n)[\\s\\S]*?(<!-- /${name} -->)`);
    if (!marked.test(text)) throw new Error(`docs/options.md has no markers for the table "${name}"`);
    return text.replace(marked, (_, open, close) => `${open}${table}\n${close}`);
  }, page);
}

function markdown(rows: readonly OptionRow[]): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const lines = rows.map(
    ({ name, type, default: byDefault, description, env }) =>
      `| \`${name}\` | ${cell(type)} | ${cell(byDefault)} | ${cell(description)}${env === '' ? '' : ` (\`${env}\`)`} |`,
  );
  return ['| option | type | default | meaning |', '| --- | --- | --- | --- |', ...lines].join('\n');
}
