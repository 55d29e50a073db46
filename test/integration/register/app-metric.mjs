import { metrics } from '@opentelemetry/api';

const done = metrics.getMeter('app').createCounter('jobs.done', { unit: '{job}' });
done.add(3, { queue: 'mail' });
done.add(4, { queue: 'mail' });
done.add(5, { queue: 'print' });
console.log('served');
