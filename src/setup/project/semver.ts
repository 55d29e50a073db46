/** As much of semver as the ranges of instrumentations and peers use: comparators, ^, ~, x, hyphens, ||. */

type Version = readonly [major: number, minor: number, patch: number];

export function parseVersion(text: string): Version | undefined {
  const parts = /^[v=\s]*(\d+)\.(\d+)\.(\d+)/.exec(text);
  return parts === null ? undefined : [Number(parts[1]), Number(parts[2]), Number(parts[3])];
}

export function compareVersions(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** Whether `version` is in `range`; undefined when one of them cannot be read. Prereleases count as their release. */
export function satisfies(version: string, range: string): boolean | undefined {
  const parsed = parseVersion(version);
  if (parsed === undefined) return undefined;
  let unknown = false;
  for (const alternative of range.split('||')) {
    const fits = fitsAll(parsed, alternative);
    if (fits === true) return true;
    if (fits === undefined) unknown = true;
  }
  return unknown ? undefined : false;
}

function fitsAll(version: Version, alternative: string): boolean | undefined {
  const hyphen = /^\s*(\S+)\s+-\s+(\S+)\s*$/.exec(alternative);
  const text = hyphen === null ? alternative : `>=${hyphen[1]} <=${hyphen[2]}`;
  const comparators = text
    .replaceAll(/([<>=~^]+)\s+/g, '$1')
    .trim()
    .split(/[\s,]+/);
  let all = true;
  for (const comparator of comparators) {
    const fits = fitsOne(version, comparator);
    if (fits === undefined) return undefined;
    all &&= fits;
  }
  return all;
}

function fitsOne(version: Version, comparator: string): boolean | undefined {
  const parts = /^([<>]=?|=|\^|~>?)?v?(\d+|[xX*])?(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:[-+].*)?$/.exec(comparator);
  if (parts === null) return undefined;
  const numbers = [parts[2], parts[3], parts[4]].map((part) =>
    part === undefined || /[xX*]/.test(part) ? undefined : Number(part),
  );
  const [major, minor, patch] = numbers;
  if (major === undefined) return true;
  const low: Version = [major, minor ?? 0, patch ?? 0];
  /** First version above what the written digits cover: 1.2 covers 1.2.x. */
  const above: Version =
    minor === undefined ? [major + 1, 0, 0] : patch === undefined ? [major, minor + 1, 0] : [major, minor, patch + 1];
  const atLeast = (bound: Version): boolean => compareVersions(version, bound) >= 0;
  switch (parts[1]) {
    case '>=':
      return atLeast(low);
    case '>':
      return atLeast(above);
    case '<':
      return !atLeast(low);
    case '<=':
      return !atLeast(above);
    case '^':
      return atLeast(low) && !atLeast(caretEnd(major, minor, patch));
    case '~':
    case '~>':
      return atLeast(low) && !atLeast(minor === undefined ? [major + 1, 0, 0] : [major, minor + 1, 0]);
    default:
      return atLeast(low) && !atLeast(above);
  }
}

function caretEnd(major: number, minor: number | undefined, patch: number | undefined): Version {
  if (major > 0 || minor === undefined) return [major + 1, 0, 0];
  if (minor > 0 || patch === undefined) return [0, minor + 1, 0];
  return [0, 0, patch + 1];
}
