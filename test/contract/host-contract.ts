/** The contract of every host of receivers, as one suite: bodies of `counters/1` are stored, counted once, and survive a crash. */
import { describe, expect, test } from 'vitest';
import type { Acceptance, Receiver, ReceiverHost } from '../../src/core/contracts/receiver.ts';
import { CounterReceiver, counters } from './counter-receiver.ts';

export interface TestHost {
  readonly host: ReceiverHost;
  /** What was counted, by target. */
  sums(): Readonly<Record<string, number>>;
  /** What is in memory only is lost; then the host begins anew. */
  crash(): Promise<void>;
}

/** `maxBodies`: as many as the host has room for. */
export function hostContract(
  name: string,
  factory: (receivers: readonly Receiver[], maxBodies: number) => Promise<TestHost>,
): void {
  describe(`host: ${name}`, () => {
    async function open(maxBodies = 100) {
      const tested = await factory([new CounterReceiver()], maxBodies);
      const send = async (text: string, dedupeKey?: string): Promise<Acceptance['outcome']> => {
        const body = new TextEncoder().encode(text);
        const received = { codec: counters.name, body, ...(dedupeKey !== undefined && { dedupeKey }) };
        return (await tested.host.accept(received)).outcome;
      };
      return { tested, send };
    }

    test('what is committed is counted once, after a crash as before it', async () => {
      const { tested, send } = await open();
      expect(await send('mail 1\ndb 2')).toBe('committed');
      expect(await send('mail 1')).toBe('committed');
      expect(tested.sums()).toEqual({ mail: 2, db: 2 });
      await tested.crash();
      expect(tested.sums()).toEqual({ mail: 2, db: 2 });
    });

    test('a repetition by its key is not counted again, after a crash neither; equal bodies without one are two', async () => {
      const { tested, send } = await open();
      expect([await send('mail 1', 'a'), await send('mail 1', 'a')]).toEqual(['committed', 'duplicate']);
      expect([await send('mail 1'), await send('mail 1')]).toEqual(['committed', 'committed']);
      await tested.crash();
      expect(await send('mail 1', 'a')).toBe('duplicate');
      expect(tested.sums()).toEqual({ mail: 3 });
    });

    test('bodies brought together are each stored once', async () => {
      const { tested, send } = await open();
      const outcomes = await Promise.all([send('mail 1', 'a'), send('mail 1', 'a'), send('db 1'), send('db 1')]);
      expect(outcomes.sort()).toEqual(['committed', 'committed', 'committed', 'duplicate']);
      await tested.crash();
      expect(tested.sums()).toEqual({ mail: 1, db: 2 });
    });

    test('what finds no room, or cannot be read, leaves nothing behind, not even a part of it, nor its key', async () => {
      const { tested, send } = await open(1);
      expect(await send('mail 1\nnonsense', 'a')).toBe('refused');
      expect(await send('mail 1', 'a')).toBe('committed');
      expect(await send('mail 1', 'b')).toBe('busy');
      expect(await send('mail 1', 'b')).toBe('busy');
      await tested.crash();
      expect(tested.sums()).toEqual({ mail: 1 });
    });

    test('a codec that nobody has is refused, with a reason', async () => {
      const { tested } = await open();
      const answer = await tested.host.accept({ codec: 'counters/2', body: new Uint8Array() });
      expect(answer).toEqual({ outcome: 'refused', reason: expect.stringContaining('counters/2') });
    });
  });
}
