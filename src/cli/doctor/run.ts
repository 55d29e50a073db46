import { hung } from '../../reports/cells.ts';
import { type ExamineOptions, examine, type Group } from '../../setup/doctor/examine.ts';
import type { Status } from '../../setup/doctor/finding.ts';
import { exitCodes } from '../exit-codes.ts';
import { sheetOf } from '../output.ts';

export interface DoctorFlags extends ExamineOptions {
  readonly json: boolean;
}

/** Prints what was found; exit code 1 when something is in the way. */
export async function doctor({ json, ...options }: DoctorFlags): Promise<void> {
  const groups = await examine(options);
  const problems = groups.flatMap(({ findings }) => findings).filter(({ status }) => status === 'bad').length;
  if (problems > 0) process.exitCode = exitCodes.failure;
  if (json) {
    const checks = groups.flatMap(({ name, findings }) => findings.map((finding) => ({ group: name, ...finding })));
    process.stdout.write(`${JSON.stringify({ ok: problems === 0, problems, checks }, null, 2)}\n`);
  } else {
    process.stdout.write(`${text(groups, problems)}\n`);
  }
}

function text(groups: readonly Group[], problems: number): string {
  const { width, style } = sheetOf();
  const { bold, dim, green, red, yellow } = style;
  const marks: Readonly<Record<Status, string>> = { ok: green('✓'), unsure: yellow('!'), bad: red('✗') };
  const lines: string[] = [];
  for (const { name, findings } of groups) {
    lines.push(bold(name));
    for (const { status, text: what, fix } of findings) {
      lines.push(hung(`  ${marks[status]} `, what, width));
      if (fix !== '') lines.push(hung(`    ${dim('→')} `, fix, width));
    }
  }
  const last =
    problems === 0 ? 'Nothing is in the way.' : `${problems} ${problems === 1 ? 'thing is' : 'things are'} in the way.`;
  return [...lines, '', bold(last)].join('\n');
}
