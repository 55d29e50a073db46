import { compare } from './compare/report.ts';
import { coverage } from './coverage/report.ts';
import { flow } from './flow/report.ts';
import { inventory } from './inventory/report.ts';
import { load } from './load/report.ts';
import { perRequest } from './per-request/report.ts';
import type { Report } from './report.ts';
import { sources } from './sources/report.ts';
import { trend } from './trend/report.ts';

/** In the order of the help. */
export const allReports: readonly Report[] = [load, trend, perRequest, flow, compare, inventory, coverage, sources];
