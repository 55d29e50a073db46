// The first line of a CommonJS application: in time for all that is required after it.
require('../../../src/register.ts');
const connect = require('connect');
const { withOrigin } = require('../../../src/index.ts');

const app = connect();
console.log(app.use.__wrapped === true && withOrigin('job:a', () => 7) === 7 ? 'served' : 'broken');
