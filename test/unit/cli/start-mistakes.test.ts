import { expect, test } from 'vitest';
import { startMistakes } from '../../../src/setup/doctor/start-mistakes.ts';

test.each([
  'node --import otel-attribution/register app.js',
  'node --max-old-space-size=64 --import=otel-attribution/register app.js',
  'node -r dotenv/config --require otel-attribution/register app.js',
  'NODE_ENV=production node --env-file .env --import otel-attribution/register dist/main.js --port 80',
  'NODE_OPTIONS="--import otel-attribution/register" npm start',
  "NODE_OPTIONS='--import=otel-attribution/register' node --run start",
  'tsx --import otel-attribution/register app.ts',
  'node app.js',
  'node migrate.js && node --import otel-attribution/register app.js',
  'node migrate.js; NODE_OPTIONS="--import otel-attribution/register" node app.js',
])('%s: no mistake', (command) => {
  expect(startMistakes(command)).toEqual([]);
});

test.each([
  ['node --import otel-attribution app.js', 'starts nothing', 'write --import otel-attribution/register'],
  ['node -r otel-attribution/regster app.js', 'does not exist', 'write --import otel-attribution/register'],
  ['node --loader otel-attribution/register app.js', 'is for loader hooks', 'write --import otel-attribution/register'],
  [
    'node --inspect app.js --import otel-attribution/register',
    'stands after the script',
    'node --import otel-attribution/register app.js',
  ],
  [
    'node migrate.js && node app.js --import otel-attribution/register',
    'stands after the script',
    'node --import otel-attribution/register app.js',
  ],
  [
    'node --import otel-attribution/register --run dev',
    'hands on no flags',
    'NODE_OPTIONS="--import otel-attribution/register" node --run dev',
  ],
])('%s %s', (command, text, fix) => {
  expect(startMistakes(command)).toEqual([{ status: 'bad', text: expect.stringContaining(text), fix }]);
});
