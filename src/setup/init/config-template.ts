import { optionTable } from '../../config/table.ts';
import { options } from '../../engine/options.ts';

/** `attribution.yaml` with every option as a comment: valid as it is, and it says nothing until a line is uncommented. */
export function configTemplate(): string {
  const lines = [
    '# Options of otel-attribution. Every line below is a comment: remove the # of what you want to change.',
    '# Read when OTEL_ATTRIBUTION_CONFIG_FILE=attribution.yaml is set. Check it: npx otel-attribution validate attribution.yaml',
  ];
  for (const { name, description, default: fallback, env, example, codeOnly } of optionTable(options)) {
    if (codeOnly) continue;
    const variable = env === '' ? '' : ` Variable: ${env}.`;
    lines.push('', `# ${sentence(description)} Default: ${fallback.replaceAll('`', '')}.${variable}`);
    if (name === 'rules') lines.push(...RULES_EXAMPLE);
    else lines.push(`# ${name}: ${example}`);
  }
  return `${lines.join('\n')}\n`;
}

const RULES_EXAMPLE = [
  '# rules:',
  '#   - name: cache',
  '#     match: {kind: internal, attributes: {cache.name: {exists: true}}}',
  "#     target: 'cache://{cache.name}'",
  "#     events: [{name: cache.get, unit: '{call}', value: 1}]",
];

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
