/** OpenTelemetry set-ups in the source of an application, found by reading the text: nothing is run. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

export type SetUpKind = 'nodesdk' | 'azure-monitor' | 'sentry' | 'vercel' | 'tracer-provider';

export interface SetUp {
  readonly kind: SetUpKind;
  /** Relative to the project. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** The line itself, trimmed. */
  readonly text: string;
  /** The file already plugs attribution in. */
  readonly attributed: boolean;
}

export interface SourceScan {
  readonly setUps: readonly SetUp[];
  /** A file installs the loader hook itself. */
  readonly loaderHook: boolean;
  /** There were more files than are read. */
  readonly truncated: boolean;
}

const PATTERNS: readonly (readonly [kind: SetUpKind, pattern: RegExp])[] = [
  ['nodesdk', /\bnew\s+(?:\w+\.)?NodeSDK\s*\(/],
  ['azure-monitor', /\buseAzureMonitor\s*\(/],
  ['sentry', /\bSentry\.init\s*\(/],
  ['vercel', /\bregisterOTel\s*\(/],
  ['tracer-provider', /\bnew\s+(?:\w+\.)?(?:Node|Basic|Web)?TracerProvider\s*\(/],
];
const ATTRIBUTED = /\bwithAttribution\b|\bAttributionSpanProcessor\b|\bcreateAttribution\b/;
const HOOK = /@opentelemetry\/instrumentation\/hook\.mjs|import-in-the-middle\/hook/;
const SKIPPED = new Set([
  'node_modules',
  'dist',
  'build',
  'out',
  'coverage',
  'test',
  'tests',
  '__tests__',
  'vendor',
  'public',
]);
const FILES_MAX = 5_000;
const BYTES_MAX = 256 * 1024;

export function scanSources(directory: string): SourceScan {
  const setUps: SetUp[] = [];
  let loaderHook = false;
  let files = 0;
  const folders = [directory];
  while (folders.length > 0 && files < FILES_MAX) {
    const folder = folders.pop()!;
    for (const entry of list(folder)) {
      const full = path.join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!SKIPPED.has(entry.name) && !entry.name.startsWith('.')) folders.push(full);
      } else if (entry.isFile() && /\.[cm]?[jt]sx?$/.test(entry.name) && !/\.(d|test|spec)\./.test(entry.name)) {
        if (++files > FILES_MAX) break;
        const text = readSource(full);
        loaderHook ||= HOOK.test(text);
        setUps.push(...setUpsIn(text, path.relative(directory, full)));
      }
    }
  }
  setUps.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line));
  return { setUps, loaderHook, truncated: files > FILES_MAX };
}

function list(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function readSource(file: string): string {
  try {
    return statSync(file).size > BYTES_MAX ? '' : readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

export function setUpsIn(text: string, file: string): SetUp[] {
  if (!/NodeSDK|useAzureMonitor|Sentry\.init|registerOTel|TracerProvider/.test(text)) return [];
  const attributed = ATTRIBUTED.test(text);
  return text.split('\n').flatMap((line, i) => {
    if (/^\s*(\/\/|\*)/.test(line)) return [];
    const kind = PATTERNS.find(([, pattern]) => pattern.test(line))?.[0];
    return kind === undefined ? [] : [{ kind, file, line: i + 1, text: line.trim().slice(0, 200), attributed }];
  });
}
