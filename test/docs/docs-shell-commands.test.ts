/** The check of commands that are not run says what is wrong with them, and nothing against those that are right. */
import { expect, it } from 'vitest';
import { mentionProblems, problemsOf, simpleCommands, unknownVariables } from './shell-commands.ts';

it('finds the words of every command', () => {
  const script = `# a comment; npx
A=1 B='2 3' npx otel-attribution load --where 'target~a*,b=c' > out.txt   # it's one
for x in 1 2; do
  az thing --id $(az ad --query "a b") \\
    --last && echo "done; really" | cat
done
`;
  expect(simpleCommands(script)).toEqual([
    ['A=1', "B='2 3'", 'npx', 'otel-attribution', 'load', '--where', 'target~a*,b=c'],
    ['for', 'x', 'in', '1', '2'],
    ['do'],
    ['az', 'thing', '--id', '$(az ad --query "a b")', '--last'],
    ['echo', 'done; really'],
    ['cat'],
    ['done'],
  ]);
});

it('passes over files that a script writes', () => {
  const script = `cat > a.js <<'END' && cat a.js
import { record } from 'otel-attribution';
END
cat <<-X
\tnpm run nothing
\tX
otel-attribution load
`;
  const words = [['cat'], ['cat', 'a.js'], ['cat'], ['otel-attribution', 'load']];
  expect(simpleCommands(script)).toEqual(words);
});

it.each([
  'npx otel-attribution load --by origin --since 1h      # a comment',
  'kubectl exec shop-0 -- npx otel-attribution top --once',
  'OTEL_SERVICE_NAME=a node --import otel-attribution/register app.js',
  'npx otel-attribution kusto schema --apply --retention-rows-days 30',
  // It would wait for a database if it were run.
  'npx otel-attribution coverage --observe postgresql://shop-db/shop --for 60s',
  'npm i otel-attribution azure-kusto-data@7.0.4 && npm run demo',
  'npx otel-attribution doctor -- node app.js --port 1',
])('nothing against: %s', async (script) => {
  expect(await problemsOf(script)).toEqual([]);
});

it.each([
  ['npx otel-attribution lod', "unknown command 'lod'"],
  ['true && npx otel-attribution load --bye origin', "unknown option '--bye'"],
  ['npx otel-attribution load --at noon', 'Allowed choices are peak'],
  ['npx otel-attribution blame', "missing required argument 'target'"],
  ['npx otel-attribution kusto schema --apply all', 'too many arguments'],
  ['npm run dmo', 'no script dmo'],
  ['npm i otel-attribution left-pad', 'package.json does not know left-pad'],
  ['node examples/nothing/main.ts', 'no file examples/nothing/main.ts'],
])('%s: %s', async (script, problem) => {
  expect(await problemsOf(script)).toEqual([expect.stringContaining(problem)]);
});

it.each([
  ['load --measure blocked', []],
  ['npx otel-attribution blame', []],
  ['load average', []],
  ['otel-attribution <command> --bye', []],
  ['spool ls --jso', [expect.stringContaining("unknown option '--jso'")]],
])('in a sentence: %s', async (code, problems) => {
  expect(await mentionProblems(code)).toEqual(problems);
});

it('knows variables that the sources read', () => {
  const text = '`OTEL_ATTRIBUTION_LIVE` and OTEL_ATTRIBUTION_LIFE, twice OTEL_ATTRIBUTION_LIFE';
  expect(unknownVariables(text, "name: 'OTEL_ATTRIBUTION_LIVE'")).toEqual(['OTEL_ATTRIBUTION_LIFE']);
});
