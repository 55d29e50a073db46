// Started by an import: what stands beside it in this file is loaded already.
import '../../../src/register.ts';
import connect from 'connect';

console.log(typeof connect() === 'function' ? 'served' : 'broken');
