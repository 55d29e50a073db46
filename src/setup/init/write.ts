import { chmodSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { AttributionError } from '../../core/errors.ts';
import type { Project } from '../project/package-json.ts';
import { editScript } from '../project/start-script.ts';
import { configTemplate } from './config-template.ts';
import { CONFIG_NAME, type InitPlan } from './plan.ts';

/**
 * Does the writable steps. A second run finds nothing to do.
 * @returns files written, relative to the project
 * @throws AttributionError `ATTR_EXPORT_FAILED` (a file cannot be written)
 */
export function writePlan(project: Project, plan: InitPlan): string[] {
  const written: string[] = [];
  const { script } = plan;
  if (script?.withFlag !== undefined) {
    const edited = editScript(project.text, script.name, script.command, script.withFlag);
    if (edited !== undefined) {
      replaceFile(path.join(project.directory, 'package.json'), edited);
      written.push('package.json');
    }
  }
  if (plan.steps.some(({ kind }) => kind === 'config') && createFile(path.join(project.directory, CONFIG_NAME))) {
    written.push(CONFIG_NAME);
  }
  return written;
}

/** Whole or not at all, with the mode it had. */
function replaceFile(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text, { flag: 'wx' });
    chmodSync(temporary, statSync(file).mode);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw unwritable(file, error);
  }
}

/** False when somebody made it in the meantime: theirs stays. */
function createFile(file: string): boolean {
  try {
    writeFileSync(file, configTemplate(), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw unwritable(file, error);
  }
}

function unwritable(file: string, error: unknown): AttributionError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new AttributionError(
    'ATTR_EXPORT_FAILED',
    `Cannot write ${file} (${code ?? message}): make it writable, or do the step by hand (init without --write shows it).`,
    { cause: error },
  );
}
