import { forManagerOf } from '../../config/package-manager.ts';
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
  const groups = (await examine(options)).map((group) => inWords(group, options.project));
  const problems = groups.flatMap(({ findings }) => findings).filter(({ status }) => status === 'bad').length;
  if (problems > 0) process.exitCode = exitCodes.failure;
  if (json) {
    const checks = groups.flatMap(({ name, findings }) => findings.map((finding) => ({ group: name, ...finding })));
    process.stdout.write(`${JSON.stringify({ ok: problems === 0, problems, checks }, null, 2)}\n`);
  } else {
    process.stdout.write(`${text(groups, problems, options.command.length > 0)}\n`);
  }
}

/** Install lines of the package manager of the project. */
function inWords({ name, findings }: Group, project: string): Group {
  return { name, findings: findings.map((finding) => ({ ...finding, fix: forManagerOf(project, finding.fix) })) };
}

function text(groups: readonly Group[], problems: number, ran: boolean): string {
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
  if (!ran)
    lines.push('', dim('otel-attribution doctor -- node app.js runs it, and looks whether its libraries are patched'));
  return [...lines, '', bold(last)].join('\n');
}
