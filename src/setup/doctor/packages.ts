/** Node.js and the OpenTelemetry packages: present, of one line, and one API. */
import { installLine } from '../../config/package-manager.ts';
import { copiesOf, findInstalled, type Installed } from '../project/installed.ts';
import type { Project } from '../project/package-json.ts';
import { compareVersions, parseVersion, satisfies } from '../project/semver.ts';
import type { SetUp } from '../project/set-ups.ts';
import { bad, type Finding, ok, unsure } from './finding.ts';

const API = '@opentelemetry/api';
const SDK = '@opentelemetry/sdk-node';
const AUTO = '@opentelemetry/auto-instrumentations-node';
const NODE_RANGE = '>=22.15';

export function checkPackages(
  project: Project,
  setUps: readonly SetUp[],
  nodeVersion = process.versions.node,
): Finding[] {
  const findings = [checkNode(nodeVersion)];
  if (project.name !== 'otel-attribution') findings.push(checkSelf(project));
  // Whoever has a set-up of another kind (Azure Monitor, Sentry) needs neither.
  const others = setUps.some(({ kind }) => kind !== 'nodesdk');
  findings.push(...checkPresent(project, SDK, others), ...checkPresent(project, AUTO, setUps.length > 0));
  return [...findings, ...checkApi(project), ...checkPeers(project)];
}

function checkNode(version: string): Finding {
  if (satisfies(version, NODE_RANGE) === true) return ok(`Node.js ${version}`);
  return bad(`Node.js ${version} is too old`, `use Node.js ${NODE_RANGE}`);
}

function checkSelf(project: Project): Finding {
  const found = findInstalled('otel-attribution', project.directory);
  if (found !== undefined) return ok(`otel-attribution ${found.version}`);
  return bad(
    `otel-attribution is not installed in ${project.directory}`,
    installLine(project.packageManager, ['otel-attribution']),
  );
}

function checkPresent(project: Project, name: string, optional: boolean): Finding[] {
  const found = findInstalled(name, project.directory);
  if (found !== undefined) return [ok(`${name} ${found.version}`)];
  if (optional) return [];
  return [bad(`${name} is not installed`, installLine(project.packageManager, [name]))];
}

/** Spans meet through the API: a copy newer than the one of the SDK gets nothing from it. */
function checkApi(project: Project): Finding[] {
  const copies = copiesOf(API, project.directory);
  if (copies.length === 0) return [bad(`${API} is not installed`, installLine(project.packageManager, [API]))];
  if (copies.length === 1) return [ok(`${API} ${copies[0]!.version}, one copy`)];
  const sdk = findInstalled(SDK, project.directory);
  const used = sdk === undefined ? findInstalled(API, project.directory) : findInstalled(API, sdk.directory);
  const usedVersion = parseVersion(used?.version ?? copies[0]!.version);
  const newer = copies.filter(({ version }) => {
    const parsed = parseVersion(version);
    return (
      parsed !== undefined &&
      usedVersion !== undefined &&
      compareVersions([parsed[0], parsed[1], 0], [usedVersion[0], usedVersion[1], 0]) > 0
    );
  });
  const versions = [...new Set(copies.map(({ version }) => version))].join(', ');
  const many = `${copies.length} copies of ${API} (${versions})`;
  if (newer.length === 0) return [ok(`${many}; the SDK registers with the newest, which the others find`)];
  const where = newer.map(({ version, directory }) => `${version} in ${directory}`).join(', ');
  const text = `${many}; the SDK registers with ${used?.version}, which is invisible to ${where}`;
  const dedupe = project.packageManager === 'npm' ? 'npm dedupe, or ' : '';
  const fix = `make it one: ${dedupe}an override of ${API} in package.json`;
  // A copy deep in some library costs the spans of that library; one of the application or an instrumentation all of them.
  const own = findInstalled(API, project.directory)?.directory;
  const matters = newer.some(
    ({ directory }) => directory === own || /@opentelemetry[\\/][^\\/]+[\\/]node_modules/.test(directory),
  );
  return [matters ? bad(text, fix) : unsure(text, fix)];
}

/** Peer ranges of the OpenTelemetry packages that the application names itself. */
function checkPeers(project: Project): Finding[] {
  const names = [...project.dependencies.keys()].filter((name) => name.startsWith('@opentelemetry/'));
  const roots = [...new Set([SDK, AUTO, ...names])];
  return roots.flatMap((name) => {
    const found = findInstalled(name, project.directory);
    return found === undefined ? [] : unmetPeers(found, project);
  });
}

function unmetPeers(found: Installed, project: Project): Finding[] {
  return Object.entries(found.peerDependencies).flatMap(([peer, range]) => {
    const actual = findInstalled(peer, found.directory);
    if (actual === undefined || satisfies(actual.version, range) !== false) return [];
    const fix = `${installLine(project.packageManager, [`"${peer}@${range}"`])}, or a version of ${found.name} for ${peer} ${actual.version}`;
    return [bad(`${found.name} ${found.version} needs ${peer} ${range}; ${actual.version} is installed`, fix)];
  });
}
