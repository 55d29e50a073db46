import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, type ContextManager, context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bindContext } from '../../../src/index.ts';

const KEY = createContextKey('who');
const who = () => context.active().getValue(KEY);
const as = <T>(name: string, fn: () => T): T => context.with(context.active().setValue(KEY, name), fn);

describe('without a set-up', () => {
  it('keeps `this`, arguments, result, name, length and errors', () => {
    const bound = bindContext(function sum(this: { base: number }, a: number, b: number) {
      return this.base + a + b;
    });
    expect(bound.call({ base: 1 }, 2, 3)).toBe(6);
    expect([bound.name, bound.length]).toEqual(['sum', 2]);
    const failing = bindContext(() => {
      throw new Error('mine');
    });
    expect(failing).toThrow('mine');
  });

  it('keeps what the application has in an AsyncLocalStorage', async () => {
    const storage = new AsyncLocalStorage<string>();
    const bound = storage.run('mine', () => bindContext(async () => storage.getStore()));
    expect(await storage.run('yours', bound)).toBe('mine');
    expect(await bound()).toBe('mine');
  });

  it('gives back what is no function', () => {
    expect(bindContext(undefined as unknown as () => void)).toBeUndefined();
  });
});

/** Knows only what is on the stack: nothing follows a promise or a timer. */
class StackManager implements ContextManager {
  #active = ROOT_CONTEXT;
  active = () => this.#active;
  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    next: Context,
    fn: F,
    self?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    const before = this.#active;
    this.#active = next;
    try {
      return fn.call(self, ...args);
    } finally {
      this.#active = before;
    }
  }
  bind = <T>(_context: Context, target: T): T => target;
  enable = () => this;
  disable = () => this;
}

describe.each([
  ['an AsyncLocalStorage', () => new AsyncLocalStorageContextManager().enable()],
  ['another place', () => new StackManager()],
])('with the context in %s', (_name, makeManager) => {
  beforeEach(() => void context.setGlobalContextManager(makeManager()));
  afterEach(() => context.disable());

  it('a queue written by hand runs each task as whoever pushed it', () => {
    const run = (bind: typeof bindContext) => {
      const seen: unknown[] = [];
      const waiting: ((by: string) => void)[] = [];
      for (const name of ['a', 'b', 'c']) as(name, () => waiting.push(bind((by) => void seen.push([name, by, who()]))));
      as('a', () => {
        for (const task of waiting) task('a');
      });
      return seen;
    };
    expect(run((fn) => fn)).toEqual(['a', 'b', 'c'].map((name) => [name, 'a', 'a']));
    expect(run(bindContext)).toEqual(['a', 'b', 'c'].map((name) => [name, 'a', name]));
  });
});
