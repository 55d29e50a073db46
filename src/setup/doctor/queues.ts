/** Whose work is it that waits in a queue within the process? */
import { QUEUE_LIBRARIES, type QueueLibrary } from '../../core/queue-libraries.ts';
import { findInstalled } from '../project/installed.ts';
import type { Project } from '../project/package-json.ts';
import { satisfies } from '../project/semver.ts';
import { type Finding, ok, unsure } from './finding.ts';

const BIND = 'push bindContext(fn) to it, or name the work in its worker with withOrigin';

/** `repair`: whether the option is on. */
export function checkQueues(project: Project, repair: boolean): Finding[] {
  return QUEUE_LIBRARIES.flatMap((library) => {
    if (!project.dependencies.has(library.name)) return [];
    const version = findInstalled(library.name, project.directory)?.version;
    return version === undefined ? [] : [checkQueue(library, version, repair)];
  });
}

function checkQueue({ name, keeps, repaired }: QueueLibrary, version: string, repair: boolean): Finding {
  const what = `${name} ${version}`;
  const stranger = `${what}: what waits in it counts for whoever frees a place`;
  if (keeps !== undefined && satisfies(version, keeps) === true)
    return ok(`${what}: what waits in it counts for whoever queued it`);
  if (repaired === undefined || satisfies(version, repaired) !== true) return unsure(stranger, BIND);
  if (!repair) return unsure(`${stranger}, since the option repair is off`, `leave out repair: false, or ${BIND}`);
  return ok(`${what}: repaired, what waits in it counts for whoever queued it`);
}
