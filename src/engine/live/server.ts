/**
 * Answers `otel-attribution top`: whoever connects to the socket of this process gets one snapshot as JSON. Costs
 * nothing while nobody connects, keeps no process alive, and only the same user can open it.
 */
import { unlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { threadId } from 'node:worker_threads';
import type { Logger } from '../../core/logger.ts';
import { liveDirectory, whyNoSockets } from './directory.ts';
import { type LiveWork, takeSnapshot } from './snapshot.ts';

const CLIENTS_MAX = 8;
const CLIENT_TIMEOUT_MS = 2_000;

/** @returns a function that closes the socket and removes it; safe to call more than once. */
export function serveLive(work: LiveWork, logger: Logger): () => void {
  const directory = liveDirectory(true);
  if (directory === undefined) {
    logger.debug(whyNoSockets());
    return () => {};
  }
  const socketPath = path.join(directory, `${process.pid}-${threadId}.sock`);
  remove(socketPath);
  let server: Server;
  try {
    server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.setTimeout(CLIENT_TIMEOUT_MS, () => socket.destroy());
      socket.unref();
      socket.end(answer(work));
    });
    server.maxConnections = CLIENTS_MAX;
    server.on('error', (error) => logger.debug(`top cannot see this process: ${error.message}`));
    server.listen(socketPath).unref();
  } catch (error) {
    logger.debug(`top cannot see this process: ${(error as Error).message}`);
    return () => {};
  }
  return () => {
    server.close();
    remove(socketPath);
  };
}

function answer(work: LiveWork): string {
  try {
    return `${JSON.stringify(takeSnapshot(work, Date.now()))}\n`;
  } catch {
    return '{}\n';
  }
}

function remove(socketPath: string): void {
  try {
    unlinkSync(socketPath);
  } catch {
    // It was not there.
  }
}
