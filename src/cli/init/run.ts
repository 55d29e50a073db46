import { planInit } from '../../setup/init/plan.ts';
import { writePlan } from '../../setup/init/write.ts';
import { readProject } from '../../setup/project/package-json.ts';
import { sheetOf } from '../output.ts';
import { planText } from './text.ts';

export interface InitFlags {
  readonly write?: true;
  readonly json?: true;
}

/** @throws AttributionError `ATTR_USAGE` (no package.json), `ATTR_EXPORT_FAILED` (a file cannot be written) */
export function init(folder: string, flags: InitFlags): void {
  const project = readProject(folder);
  const plan = planInit(project);
  const written = flags.write === true ? writePlan(project, plan) : [];
  if (flags.json === true) {
    const { script: _, ...rest } = plan;
    process.stdout.write(`${JSON.stringify({ ...rest, written }, null, 2)}\n`);
  } else {
    process.stdout.write(`${planText(plan, flags.write === true ? written : undefined, sheetOf())}\n`);
  }
}
