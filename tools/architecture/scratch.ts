/** A copy of the repository to try changes in, gone when it is closed. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Installed, or made by a command; at any depth. */
const LEFT_OUT = /(?:^|\/)(?:\.git|node_modules|\.attribution)$|^(?:dist|coverage)$/;

export interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

export class Scratch {
  readonly root: string;

  constructor(repository: string) {
    this.root = mkdtempSync(path.join(realpathSync(tmpdir()), 'attribution-scratch-'));
    const filter = (file: string) => !LEFT_OUT.test(path.relative(repository, file));
    cpSync(repository, this.root, { recursive: true, filter });
    symlinkSync(realpathSync(path.join(repository, 'node_modules')), path.join(this.root, 'node_modules'));
  }

  /** Copies a folder over the copy. Returns the files, relative to the root. */
  add(folder: string): string[] {
    cpSync(folder, this.root, { recursive: true });
    return filesBelow(folder);
  }

  /** Changes the one place in a file that `find` matches. */
  edit(file: string, find: RegExp, replace: string): void {
    const full = path.join(this.root, file);
    const text = readFileSync(full, 'utf8');
    const places = [...text.matchAll(new RegExp(find, `${find.flags}g`))].length;
    if (places !== 1) throw new Error(`${file}: ${find} is found ${places} times, expected once`);
    writeFileSync(
      full,
      text.replace(find, () => replace),
    );
  }

  /** File → hash of what is in it. */
  state(): Map<string, string> {
    const hash = (file: string) => createHash('sha256').update(readFileSync(path.join(this.root, file)));
    return new Map(filesBelow(this.root).map((file) => [file, hash(file).digest('hex')]));
  }

  /** Runs a command of the project in the copy. */
  run(command: string, args: readonly string[]): Promise<Outcome> {
    // The copy has the packages, but not the further installs of the tests: what needs them may be skipped here.
    const { REQUIRE_ALL: _, ...around } = process.env;
    const env = {
      ...around,
      PATH: `${path.join(this.root, 'node_modules/.bin')}:${process.env.PATH}`,
      NO_COLOR: '1',
    };
    const child = spawn(command, args, { cwd: this.root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => void (output += chunk));
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, output }));
    });
  }

  close(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** Links are not followed: `node_modules` is one. */
function filesBelow(folder: string, below = ''): string[] {
  return readdirSync(path.join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const file = path.posix.join(below, entry.name);
    return entry.isDirectory() ? filesBelow(folder, file) : entry.isFile() ? [file] : [];
  });
}
