import type { Command } from 'commander';
import { reports } from '../reports/all.ts';

export type Register = (program: Command) => void;

export interface CommandEntry {
  readonly name: string;
  readonly load: () => Promise<Register>;
}

const reportCommands = Object.entries(reports).map(
  ([name, load]): CommandEntry => ({
    name,
    load: async () => {
      const [report, { registerReport }] = await Promise.all([load(), import('./report-command.ts')]);
      const { addObserve } = name === 'coverage' ? await import('./coverage.ts') : {};
      return (program) => {
        registerReport(program, report);
        addObserve?.(program);
      };
    },
  }),
);

const top: CommandEntry = { name: 'top', load: async () => (await import('./top.ts')).registerTop };

const blame: CommandEntry = { name: 'blame', load: async () => (await import('./blame.ts')).registerBlame };

/** In the order of the help. One file per command that is no report, loaded when it is asked for. */
export const commands: readonly CommandEntry[] = [
  // What runs now stands beside what ran.
  ...reportCommands.toSpliced(1, 0, top, blame),
  { name: 'export', load: async () => (await import('./export.ts')).registerExport },
  { name: 'compact', load: async () => (await import('./compact.ts')).registerCompact },
  { name: 'spool', load: async () => (await import('./spool.ts')).registerSpool },
  { name: 'doctor', load: async () => (await import('./doctor.ts')).registerDoctor },
  { name: 'init', load: async () => (await import('./init.ts')).registerInit },
  { name: 'validate', load: async () => (await import('./validate.ts')).registerValidate },
  { name: 'kusto', load: async () => (await import('./kusto.ts')).registerKusto },
  { name: 'explain', load: async () => (await import('./explain.ts')).registerExplain },
];
