import { existsSync, readdirSync } from 'node:fs';
import type { Report } from '../../../src/reports/report.ts';

const folder = new URL('../../../src/reports/', import.meta.url);

/** Every report there is: read from the folders, so that a new one cannot be forgotten. */
export async function allReports(): Promise<readonly Report[]> {
  const reports: Report[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory() || !existsSync(new URL(`${entry.name}/report.ts`, folder))) continue;
    const module: Record<string, unknown> = await import(new URL(`${entry.name}/report.ts`, folder).href);
    const found = Object.values(module).filter(isReport);
    if (found.length !== 1) throw new Error(`src/reports/${entry.name}/report.ts exports ${found.length} reports`);
    reports.push(found[0]!);
  }
  return reports;
}

function isReport(value: unknown): value is Report {
  return typeof value === 'object' && value !== null && 'columns' in value && 'question' in value && 'folder' in value;
}
