/** The option table of the README, between its markers. */
import { optionTable } from '../../src/config/table.ts';
import { options } from '../../src/engine/options.ts';

const MARKED = /(<!-- options:.*?-->\n)([\s\S]*?)(\n?<!-- \/options -->)/;

/** The table as Markdown. */
export function optionTableText(): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const lines = optionTable(options).map(
    ({ name, type, default: byDefault, description, env }) =>
      `| \`${name}\` | ${cell(type)} | ${cell(byDefault)} | ${cell(description)}${env === '' ? '' : ` (\`${env}\`)`} |`,
  );
  return ['| option | type | default | meaning |', '| --- | --- | --- | --- |', ...lines].join('\n');
}

/** What stands between the markers of `readme`; undefined when there are none. */
export function tableIn(readme: string): string | undefined {
  return MARKED.exec(readme)?.[2]?.trim();
}

/** `readme` with the table as it is now. */
export function withOptionTable(readme: string): string {
  return readme.replace(MARKED, (_, open, __, close) => `${open}${optionTableText()}\n${String(close).trimStart()}`);
}
