/** The billing service of the examples. Its job begins at 03:08. */
import { withAttributes, withOrigin } from 'otel-attribution';
import { query } from './work.js';

const ORDERS = 'SELECT * FROM orders WHERE customer = $1';
const JOB_BEGINS_MS = 600_000;

for (let at = night.beginMs; at < night.endMs; at += 1_000) {
  setCalendar(at);
  if (at < night.beginMs + JOB_BEGINS_MS) continue;
  withOrigin('job:invoices', () => {
    for (const tenant of ['acme', 'globex']) withAttributes({ tenant }, () => query(ORDERS, 18, 78, at));
  });
}
setCalendar(night.endMs);
