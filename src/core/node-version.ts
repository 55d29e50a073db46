const NEEDED = [22, 15] as const;

/** Why this version of Node.js cannot run this package, '' when it can. `version` as in `process.versions.node`. */
export function unsupportedNode(version: string): string {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return '';
  return `needs Node.js ${NEEDED.join('.')} or later, this is ${version}. Install the current one: https://nodejs.org`;
}
