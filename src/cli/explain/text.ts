import type { ExplainedMeasure, UsedAttribute } from '../../core/mapping/explain.ts';
import { hung, printable, shorten } from '../../reports/cells.ts';
import { withUnit } from '../../reports/format.ts';
import { wrapFacts } from '../../reports/render.ts';
import type { sheetOf } from '../output.ts';
import type { ExplainedSpan } from './explained-span.ts';

const KINDS = ['INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];

const brief = (text: string, max: number): string => shorten(printable(text), max);

/** One span for a terminal. */
export function explanationText(span: ExplainedSpan, { width, style: dress }: ReturnType<typeof sheetOf>): string {
  const { matched, others } = span.explanation;
  const lines = wrapFacts(title(span), width).map(dress.bold);
  const add = (name: string, texts: readonly string[]): void => {
    for (const [i, text] of texts.entries())
      lines.push(hung(`  ${dress.dim((i === 0 ? name : '').padEnd(8))}  `, text, width));
  };
  if (matched === null) {
    add('rule', [dress.yellow('none: the span counts nothing')]);
  } else {
    add('rule', [matched.rule]);
    add('target', [brief(matched.target, 200)]);
    if (matched.system !== '') add('system', [matched.system]);
    add('uses', matched.attributes.map(usedText));
    const none = matched.connection
      ? 'none: a connection span is no operation; its time is in the operation that waits for it'
      : 'none';
    add(
      'measures',
      matched.measures.length === 0 ? [none] : matched.measures.map((one) => measureText(one, matched.target)),
    );
  }
  add('as root', [`${brief(span.asRoot.origin, 200)} ${dress.dim(`(${span.asRoot.from})`)}`]);
  add(matched === null ? 'why not' : 'others', othersText(others, matched?.rule));
  return lines.join('\n');
}

function title({ name, kind, service, scopeName, where }: ExplainedSpan): string[] {
  const parts = [brief(name, 100), KINDS[kind] ?? `kind ${kind}`, `service ${brief(service, 60) || '(unknown)'}`];
  if (scopeName !== '') parts.push(brief(scopeName, 80));
  if (where !== '') parts.push(where);
  return parts;
}

function usedText({ field, name, source, value }: UsedAttribute): string {
  const text = brief(JSON.stringify(value), 120);
  if (source === 'derived') return `${field} = ${text} (worked out)`;
  const role = field === name ? '' : ` → ${field}`;
  return `${name}${source === 'former' ? ' (former name)' : ''} = ${text}${role}`;
}

function measureText({ target, event, unit, attributes, value, refused }: ExplainedMeasure, own: string): string {
  const amount =
    refused !== '' ? `refused: ${refused}` : value === null ? 'absent' : `${withUnit(value, unit)} (${value} ${unit})`;
  const of = target === own ? '' : ` of ${brief(target, 200)}`;
  return `${event}${attributes === '' ? '' : ` ${attributes}`}${of}: ${amount}`;
}

/** Rules that were not tried are one line, each name once. */
function othersText(others: ExplainedSpan['explanation']['others'], fired: string | undefined): string[] {
  const untried = others.filter(({ why }) => why === `rule ${fired} came first`);
  const lines = others.filter((one) => !untried.includes(one)).map(({ rule, why }) => `${rule}: ${why}`);
  const names = [...new Set(untried.map(({ rule }) => rule))].filter((name) => name !== fired);
  return names.length === 0 ? lines : [...lines, `not tried after ${fired}: ${names.join(', ')}`];
}
