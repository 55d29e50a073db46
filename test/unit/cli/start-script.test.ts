import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addFlag, editScript } from '../../../src/setup/project/start-script.ts';

const flag = '--import otel-attribution/register';

test.each([
  ['node app.js', `node ${flag} app.js`],
  ['node --enable-source-maps dist/app.js', `node ${flag} --enable-source-maps dist/app.js`],
  ['NODE_ENV=production node app.js', `NODE_ENV=production node ${flag} app.js`],
  ["A='b c' node app.js", `A='b c' node ${flag} app.js`],
  ['cross-env NODE_ENV=production node app.js', `cross-env NODE_ENV=production node ${flag} app.js`],
  ['npm run build && node app.js', `npm run build && node ${flag} app.js`],
  ['node migrate.js && node app.js', `node migrate.js && node ${flag} app.js`],
  ['exec node app.js', `exec node ${flag} app.js`],
  ['node --require @opentelemetry/auto-instrumentations-node/register app.js', `node ${flag} app.js`],
  ['tsx src/app.ts', `tsx ${flag} src/app.ts`],
  ['tsx watch src/app.ts', `tsx watch ${flag} src/app.ts`],
  ['nodemon app.js', undefined],
  ['nest start', undefined],
  ['echo node app.js', undefined],
  ['node', undefined],
])('flag in %s', (command, expected) => {
  expect(addFlag(command)).toBe(expected);
});

test.each([
  ['node app.js', `A=b node ${flag} app.js`],
  ['tsc && node app.js', `tsc && A=b node ${flag} app.js`],
  ['tsc&&node app.js', `tsc&&A=b node ${flag} app.js`],
  ['exec node app.js', `A=b exec node ${flag} app.js`],
  ['C=d node app.js', `A=b C=d node ${flag} app.js`],
  ['cross-env C=d node app.js', `cross-env A=b C=d node ${flag} app.js`],
])('flag and variable in %s', (command, expected) => {
  expect(addFlag(command, 'A=b')).toBe(expected);
});

test('changes one script and nothing else, whatever the form of the file', () => {
  const text = '\uFEFF{\r\n\t"start": "node app.js", "scripts" : {"x":"node app.js",\n"start" :  "node app.js" } }\n';
  const edited = editScript(text, 'start', 'node app.js', 'node -x app.js');
  expect(edited).toBe(text.replace('"start" :  "node app.js"', '"start" :  "node -x app.js"'));
});

test('gives up where the text is written in another way', () => {
  const text = '{"scripts": {"start": "node\\u0020app.js"}}';
  expect(editScript(text, 'start', 'node app.js', 'node -x app.js')).toBeUndefined();
});

test('property: the result is the same JSON but for the script', () => {
  const script = fc.string({ unit: 'grapheme' });
  const json = fc.record({ scripts: fc.dictionary(script, script), other: fc.jsonValue() });
  fc.assert(
    fc.property(json, script, script, fc.constantFrom(undefined, 2, '\t'), (rest, command, next, indent) => {
      const object = { ...rest, scripts: { ...rest.scripts, start: command } };
      const edited = editScript(JSON.stringify(object, null, indent), 'start', command, next);
      const wanted = { ...object, scripts: { ...object.scripts, start: next } };
      expect(JSON.parse(edited!)).toEqual(JSON.parse(JSON.stringify(wanted)));
    }),
  );
});
