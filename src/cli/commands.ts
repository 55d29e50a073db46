import type { Command } from 'commander';

export type Register = (program: Command) => void;

export interface CommandEntry {
  readonly name: string;
  readonly load: () => Promise<Register>;
}

/** In the order of the help. One file per command, loaded when it is asked for. */
export const commands: readonly CommandEntry[] = [
  { name: 'load', load: async () => (await import('./load.ts')).registerLoad },
  { name: 'top', load: async () => (await import('./top.ts')).registerTop },
  { name: 'trend', load: async () => (await import('./trend.ts')).registerTrend },
  { name: 'per-request', load: async () => (await import('./per-request.ts')).registerPerRequest },
  { name: 'flow', load: async () => (await import('./flow.ts')).registerFlow },
  { name: 'compare', load: async () => (await import('./compare.ts')).registerCompare },
  { name: 'inventory', load: async () => (await import('./inventory.ts')).registerInventory },
  { name: 'coverage', load: async () => (await import('./coverage.ts')).registerCoverage },
  { name: 'sources', load: async () => (await import('./sources.ts')).registerSources },
  { name: 'export', load: async () => (await import('./export.ts')).registerExport },
  { name: 'compact', load: async () => (await import('./compact.ts')).registerCompact },
  { name: 'spool', load: async () => (await import('./spool.ts')).registerSpool },
  { name: 'doctor', load: async () => (await import('./doctor.ts')).registerDoctor },
  { name: 'init', load: async () => (await import('./init.ts')).registerInit },
  { name: 'validate', load: async () => (await import('./validate.ts')).registerValidate },
  { name: 'kusto', load: async () => (await import('./kusto.ts')).registerKusto },
  { name: 'explain', load: async () => (await import('./explain.ts')).registerExplain },
];
