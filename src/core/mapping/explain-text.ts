import type { ExplainedMeasure, Explanation } from './explain.ts';

/** An explanation as plain text for a terminal. */
export function explanationText(explanation: Explanation): string {
  const { matched, others, signal } = explanation;
  const lines: string[] = [];
  if (matched === null) lines.push(`no rule matches this ${signal === 'metric' ? 'data point' : 'span'}`);
  else {
    lines.push(`rule      ${matched.rule}`, `target    ${matched.target}`);
    if (matched.system !== '') lines.push(`system    ${matched.system}`);
    if (matched.connection)
      lines.push('          a connection being opened or fetched: no operation, nothing is counted');
    lines.push('', 'attributes used');
    const width = Math.max(0, ...matched.attributes.map(({ field }) => field.length));
    for (const { field, name, source, value } of matched.attributes) {
      const from = source === 'derived' ? '(derived)' : source === 'former' ? `${name} (former name)` : name;
      lines.push(`  ${field.padEnd(width)}  ${from} = ${JSON.stringify(value)}`);
    }
    lines.push('', 'measures');
    for (const measure of matched.measures) lines.push(`  ${measureText(measure, matched.target)}`);
    if (matched.measures.length === 0) lines.push('  none');
  }
  lines.push('', 'other rules');
  for (const { rule, why } of others) lines.push(`  ${rule}: ${why}`);
  return lines.join('\n');
}

function measureText(measure: ExplainedMeasure, target: string): string {
  const { event, unit, value, refused, attributes } = measure;
  const amount = refused !== '' ? `refused: ${refused}` : value === null ? 'absent, not counted' : `${value} ${unit}`;
  const on = measure.target === target ? '' : ` on ${measure.target}`;
  return `${event}${attributes === '' ? '' : ` ${attributes}`}${on}  ${amount}`;
}
