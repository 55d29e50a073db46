import { expect, test } from 'vitest';
import { Dictionary } from '../../../src/core/aggregate/dictionary.ts';
import { Measurement } from '../../../src/core/attribution/measurement.ts';
import { PendingSums } from '../../../src/core/attribution/pending-sums.ts';
import { Scope } from '../../../src/core/attribution/scope.ts';
import { TargetCalls } from '../../../src/core/attribution/target-calls.ts';

const CALL = 'db.client.operation.duration';
const dictionary = new Dictionary();

function sumsOf(target: string, count: number, event = CALL): PendingSums {
  const sums = new PendingSums();
  const measurement = new Measurement();
  measurement.measure = dictionary.measure(target, event, 's');
  measurement.count = count;
  sums.add(0, measurement);
  return sums;
}

test('adds up over tables and windows, by target, whatever the attributes of the measure', () => {
  const calls = new TargetCalls(() => {});
  calls.add(dictionary.measure('a', CALL, 's'), 3);
  calls.add(dictionary.measure('a', CALL, 's', '{"kind":"x"}'), 2);
  calls.add(dictionary.measure('b', CALL, 's'), 0.5);
  calls.add(dictionary.measure('a', 'azure.cosmosdb.client.operation.request_charge', '{request_unit}'), 9);
  expect(calls.tell([])).toEqual({ calls: { a: 5, b: 0.5 }, inDoubt: {} });
});

test('adds what open scopes hold, and tells apart what they may take back', () => {
  const calls = new TargetCalls(() => {});
  const target = dictionary.measure('c', CALL, 's');
  target.calls = undefined;
  calls.add(target, 1);
  const scope = new Scope(0, 'service', undefined);
  sumsOf('c', 4).moveTo(scope.pending);
  sumsOf('c', 9, 'http.client.request.duration').moveTo(scope.pending);
  scope.undecided = [{ system: 'mongodb', sums: sumsOf('c', 2), spans: 2 }];
  expect(calls.tell([scope])).toEqual({ calls: { c: 5 }, inDoubt: { c: 2 } });
});

test('beyond the limit targets are not told, and that is', () => {
  let full = 0;
  const calls = new TargetCalls(() => full++, 1);
  for (const target of ['x', 'y', 'y']) calls.add(dictionary.measure(target, CALL, 's'), 1);
  expect(calls.tell([]).calls).toEqual({ x: 1 });
  expect(full).toBe(1);
});
