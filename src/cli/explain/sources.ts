/** Where a span comes from: said by --help, and by every error about what was given instead. */

const SHAPES =
  'a span as OTLP/JSON, a whole OTLP request, lines of them, a trace of Jaeger, Tempo or Zipkin, ' +
  'what ConsoleSpanExporter prints, or an array of spans';

export const READS = `file, or - for standard input: ${SHAPES}`;

/** Without the flag nothing prints spans, unless the application sets up an SDK itself. */
const FROM_APPLICATION = 'OTEL_TRACES_EXPORTER=console node --import otel-attribution/register app.js > spans.txt';

const WAYS: readonly (readonly [from: string, how: string])[] = [
  ['your application', `${FROM_APPLICATION} (what else it prints is passed over)`],
  ['Jaeger', 'curl http://localhost:16686/api/traces/<trace id> > span.json'],
  ['Tempo', 'curl http://localhost:3200/api/traces/<trace id> > span.json'],
  ['Zipkin', 'curl http://localhost:9411/api/v2/trace/<trace id> > span.json'],
  ['the Collector', 'its file exporter writes one OTLP request per line'],
  [
    'your own hand',
    `echo '{"name":"GET","kind":"client","attributes":{"server.address":"pay"}}' | otel-attribution explain -`,
  ],
];

/** Below the options. */
export const waysText = (): string => {
  const width = Math.max(...WAYS.map(([from]) => from.length));
  const lines = WAYS.map(([from, how]) => `  ${from.padEnd(width)}  ${how}`);
  return `\nWhere a span comes from:\n${lines.join('\n')}\n\nThe id of a trace worth a look: exemplarTraceId in load --json.`;
};

/** What to do, after what is wrong. */
export const HINT = `explain reads ${SHAPES}. Get one: ${FROM_APPLICATION}, or see otel-attribution explain --help`;
