import { hung, wrap } from '../../reports/cells.ts';
import type { InitPlan, Step, Way } from '../../setup/init/plan.ts';
import type { sheetOf } from '../output.ts';

const WAYS: Readonly<Record<Way, string>> = {
  done: 'attribution is set up already',
  'zero-code': 'zero code: one flag, the application stays as it is',
  nodesdk: 'one line in your NodeSDK set-up',
  'azure-monitor': 'one line in your Azure Monitor set-up',
  sentry: 'one line in your Sentry set-up',
  'own-provider': 'two lines in your OpenTelemetry set-up',
};

/** `written`: undefined when nothing was to be written. */
export function planText(
  plan: InitPlan,
  written: readonly string[] | undefined,
  sheet: ReturnType<typeof sheetOf>,
): string {
  const { width, style } = sheet;
  const { bold, dim, green, yellow } = style;
  const found = [...plan.frameworks, ...plan.drivers];
  const setUps = plan.setUps.map(({ kind, file, line }) => `${kind} in ${file}:${line}`);
  const lines = [
    bold(`${plan.name} · ${plan.packageManager} · ${plan.module ? 'ES modules' : 'CommonJS'}`),
    hung(
      `${dim('uses   ')}  `,
      found.length === 0 ? 'no framework or driver that is known here' : found.join(', '),
      width,
    ),
    hung(`${dim('set-ups')}  `, setUps.length === 0 ? 'none' : setUps.join(', '), width),
    hung(`${dim('way    ')}  `, WAYS[plan.way], width),
  ];
  const steps = plan.steps.filter(({ kind }) => kind !== 'note');
  for (const [i, step] of steps.entries()) lines.push('', ...stepLines(step, i + 1, written, sheet));
  const notes = plan.steps.filter(({ kind }) => kind === 'note');
  if (notes.length > 0) lines.push('', ...notes.map(({ text }) => hung(`${yellow('!')} `, text, width)));
  lines.push('', ...wrap(lastLine(plan, written, green), width));
  return lines.join('\n');
}

function stepLines(
  step: Step,
  number: number,
  written: readonly string[] | undefined,
  { width, style }: ReturnType<typeof sheetOf>,
): string[] {
  const done = step.writable && step.file !== undefined && written?.includes(step.file);
  const place = step.kind === 'code' && step.file !== undefined ? `${step.file}:${step.line}: ` : '';
  const lines = [hung(`${number}. `, `${done ? style.green('written: ') : ''}${place}${step.text}`, width)];
  if (step.before !== undefined && step.after !== undefined) lines.push(style.red(`   - ${step.before}`));
  if (step.after !== undefined) lines.push(style.green(`   + ${step.after}`));
  return lines;
}

function lastLine(plan: InitPlan, written: readonly string[] | undefined, green: (text: string) => string): string {
  const rest = plan.steps.some(({ kind }) => kind !== 'note');
  if (plan.way === 'done' && rest) return 'The rest is set up.';
  if (plan.way === 'done') return `${green('✓')} Nothing to do. If nothing shows up: otel-attribution doctor`;
  if (written === undefined) {
    const numbers = plan.steps
      .filter(({ kind }) => kind !== 'note')
      .flatMap(({ writable }, i) => (writable ? [i + 1] : []));
    if (numbers.length === 0) return 'Nothing was written.';
    return `Nothing was written. otel-attribution init --write does ${numbers.length === 1 ? 'step' : 'steps'} ${numbers.join(' and ')}.`;
  }
  if (plan.script !== undefined && !written.includes('package.json')) {
    return 'package.json is written in a way that cannot be edited safely: change the script by hand.';
  }
  if (written.length === 0) return 'Nothing was left to write.';
  return `Wrote ${written.join(' and ')}. Do the other steps, start the application, then: otel-attribution top`;
}
