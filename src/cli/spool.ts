import type { Command } from 'commander';
import { registerSpoolLs } from './spool/ls.ts';
import { registerSpoolRequeue } from './spool/requeue.ts';
import { registerSpoolVerify } from './spool/verify.ts';

export function registerSpool(program: Command): void {
  const spool = program
    .command('spool')
    .description('Parts that wait on disk for an exporter, and those that were set aside.');
  registerSpoolLs(spool);
  registerSpoolVerify(spool);
  registerSpoolRequeue(spool);
}
