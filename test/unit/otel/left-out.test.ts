/** What holds for spans of the SDK holds for light ones: the same tests, with a sampler that leaves everything out. */
import { describe } from 'vitest';
import { leaveSpansOut } from './harness.ts';

leaveSpansOut();

// Each in a block of its own, for what it does before and after each of its tests.
describe('light spans: origin', () => import('./origin.test.ts').then(() => undefined));
describe('light spans: one winner per operation', () => import('./winner.test.ts').then(() => undefined));
describe('light spans: what drivers tell', () => import('./told.test.ts').then(() => undefined));
describe('light spans: propagation', () => import('./propagation.test.ts').then(() => undefined));
