import type { Component } from '../../config/component.ts';
import { lazily } from '../../config/lazy.ts';
import { type DummyOptions, dummyOptions } from './options.ts';
import type { DummyReceiver } from './receiver.ts';

export const dummyConfig: Component<'dummy', DummyOptions, typeof dummyOptions, DummyReceiver, unknown> = {
  name: 'dummy',
  options: dummyOptions,
  create: (options) =>
    new (lazily<typeof import('./receiver.ts')>(import.meta.url, './receiver').DummyReceiver)(options),
};
