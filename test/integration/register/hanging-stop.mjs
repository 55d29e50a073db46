import { endOnSignals } from '../../../src/otel/setup/signals.ts';

const finish = () => process.stdout.write('finished\n');
endOnSignals({ stop: () => new Promise(() => {}), finish }, 100);
setInterval(() => {}, 1000);
process.stdout.write('ready\n');
