import { type Answer, askSocket, type LiveSocket, liveSockets } from '../engine/live/ask.ts';
import type { LiveSnapshot } from '../engine/live/snapshot.ts';

const ANSWER_MS = 500;

/** What the processes of this user on this host say they do; those of an older release and those that stand still say nothing. */
export async function liveWork(): Promise<LiveSnapshot[]> {
  return (await askAll()).flatMap(([, answer]) =>
    typeof answer !== 'string' && Array.isArray(answer.operations) ? [answer] : [],
  );
}

export function askAll(timeoutMs = ANSWER_MS): Promise<(readonly [LiveSocket, Answer])[]> {
  return Promise.all(liveSockets().map(async (socket) => [socket, await askSocket(socket, timeoutMs)] as const));
}
