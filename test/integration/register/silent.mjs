// The zero-code start with a short silence, for the message that otherwise comes after 30 s.
import { startZeroCode } from '../../../src/otel/setup/zero-code.ts';

startZeroCode(100);
setTimeout(() => console.log('served'), 400);
