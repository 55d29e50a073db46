/** What the package.json of an application says, and the lock file beside it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type PackageManager, packageManagerOf } from '../../config/package-manager.ts';
import { AttributionError } from '../../core/errors.ts';

export interface Project {
  readonly directory: string;
  /** Text of package.json as it is, to be edited without touching its form. */
  readonly text: string;
  readonly name: string;
  /** `"type": "module"`. */
  readonly module: boolean;
  readonly packageManager: PackageManager;
  /** Name → wanted range; dev dependencies included. */
  readonly dependencies: ReadonlyMap<string, string>;
  readonly scripts: ReadonlyMap<string, string>;
  /** `main` of package.json, '' if none. */
  readonly main: string;
}

/** @throws AttributionError `ATTR_USAGE` when there is no package.json, or one that cannot be read. */
export function readProject(folder: string): Project {
  const directory = path.resolve(folder);
  const file = path.join(directory, 'package.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' || code === 'ENOTDIR' ? 'does not exist' : `cannot be read (${code ?? message})`;
    throw usage(`${file} ${why}. Run it in the folder of the application, or name that folder.`);
  }
  const json = parse(text.replace(/^\uFEFF/, ''), file);
  const dependencies = new Map<string, string>();
  for (const field of ['devDependencies', 'peerDependencies', 'optionalDependencies', 'dependencies']) {
    for (const [name, range] of entries(json[field])) dependencies.set(name, range);
  }
  return {
    directory,
    text,
    name: typeof json.name === 'string' ? json.name : path.basename(path.resolve(directory)),
    module: json.type === 'module',
    packageManager: packageManagerOf(directory),
    dependencies,
    scripts: new Map(entries(json.scripts)),
    main: typeof json.main === 'string' ? json.main : '',
  };
}

function parse(text: string, file: string): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw usage(`${file} is not JSON: ${(error as Error).message}`);
  }
  if (json === null || typeof json !== 'object' || Array.isArray(json)) throw usage(`${file} is not a JSON object`);
  return json as Record<string, unknown>;
}

function entries(value: unknown): [string, string][] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
}

const usage = (message: string): AttributionError => new AttributionError('ATTR_USAGE', message);
