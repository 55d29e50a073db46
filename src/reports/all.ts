import type { Report } from './report.ts';

/** In the order of the help. One folder and one line per report, loaded when it is asked for; commands, stored functions and help derive from it. */
export const reports: Readonly<Record<string, () => Promise<Report>>> = {
  load: async () => (await import('./load/report.ts')).load,
  trend: async () => (await import('./trend/report.ts')).trend,
  'per-request': async () => (await import('./per-request/report.ts')).perRequest,
  flow: async () => (await import('./flow/report.ts')).flow,
  compare: async () => (await import('./compare/report.ts')).compare,
  inventory: async () => (await import('./inventory/report.ts')).inventory,
  coverage: async () => (await import('./coverage/report.ts')).coverage,
  sources: async () => (await import('./sources/report.ts')).sources,
};

export const allReports = (): Promise<Report[]> => Promise.all(Object.values(reports).map((load) => load()));
