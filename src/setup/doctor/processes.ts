/** What the running processes say about themselves. */
import { statSync } from 'node:fs';
import { askSocket, liveSockets } from '../../engine/live/ask.ts';
import { whyNoSockets } from '../../engine/live/directory.ts';
import { withUnit } from '../../reports/format.ts';
import { bad, type Finding, ok, unsure } from './finding.ts';

const ANSWER_MS = 2_000;
/** A process that started a moment ago may not have had anything to do yet. */
const YOUNG_MS = 30_000;
const WHY_NONE =
  'send a request. If there were some: drivers were loaded before the instrumentations (put --import otel-attribution/register first), ' +
  'another SDK got the spans, or instrumentations are switched off; what the process says after 30 s tells which';

export async function checkProcesses(): Promise<Finding[]> {
  if (process.platform === 'win32') return [];
  const answers = await Promise.all(
    liveSockets().map(async (socket) => ({ socket, answer: await askSocket(socket, ANSWER_MS) })),
  );
  const findings = answers.flatMap(({ socket, answer }): Finding[] => {
    const who = `process ${socket.pid}${socket.thread === 0 ? '' : ` thread ${socket.thread}`}`;
    if (answer === 'gone') return [];
    if (answer === 'silent') {
      return [
        unsure(
          `${who} did not answer within ${ANSWER_MS / 1000} s: its event loop is blocked, or it is stopped`,
          `otel-attribution top --pid ${socket.pid}`,
        ),
      ];
    }
    const what = `${who}, ${answer.service} (${answer.script})`;
    if (answer.spansSeen > 0) return [ok(`${what}: ${answer.spansSeen} spans seen`)];
    const ageMs = socketAgeMs(socket.path);
    const text = `${what} has seen no span in ${withUnit(ageMs / 1000, 's')}`;
    return [ageMs < YOUNG_MS ? unsure(text, WHY_NONE) : bad(text, WHY_NONE)];
  });
  if (findings.length > 0) return findings;
  const obstacle = whyNoSockets();
  if (obstacle !== '') return [unsure('no process can be looked at', obstacle)];
  return [
    unsure(
      'no process of this user runs with attribution on this host',
      'start one: node --import otel-attribution/register app.js. Those of other users or in other containers cannot be seen from here',
    ),
  ];
}

/** The process makes its socket when it starts. */
function socketAgeMs(path: string): number {
  try {
    return Math.max(0, Date.now() - statSync(path).mtimeMs);
  } catch {
    return 0;
  }
}
