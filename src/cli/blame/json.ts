import type { ChainLink } from '../../observe/blocking.ts';
import { UNKNOWN_SESSION } from '../../observe/join.ts';
import type { Picture, Watched } from './picture.ts';

/** One object; times are ISO strings, durations seconds. `chains`: who holds, below it who waits for it. */
export function blameJson(picture: Picture, watched: Watched | undefined, notes: readonly string[]): string {
  const { target, server, at, processes, chains } = picture;
  const chainJson = ({ session, sinceMs, inCircle, waiters }: ChainLink): object => ({
    ...sessionJson(session, picture),
    waitsSeconds: sinceMs === undefined ? null : Math.max(0, picture.look.atMs - sinceMs) / 1000,
    inCircle,
    waiters: waiters.map(chainJson),
  });
  return JSON.stringify(
    {
      target,
      server,
      at: new Date(at).toISOString(),
      processes,
      chains: chains.map(chainJson),
      ...watchedJson(watched),
      notes,
    },
    null,
    2,
  );
}

function sessionJson(id: string, { look, origins }: Picture): object {
  const session = look.sessions.find((one) => one.id === id);
  const { service = '', origin = UNKNOWN_SESSION, basis = '', pid = 0 } = origins.get(id) ?? {};
  const { application = '', address = '', port = 0, state = '', text = '' } = session ?? {};
  return { session: id, service, origin, basis, pid, application, address, port, state, text };
}

function watchedJson(watched: Watched | undefined): object {
  if (watched === undefined) return {};
  const { sums, ...rest } = watched;
  return { ...rest, blocked: sums };
}
