/** An option, or an exporter, that is declared is known everywhere. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Checks } from '../../../src/config/check.ts';
import { chosen, type ExporterConfig } from '../../../src/config/component.ts';
import { option } from '../../../src/config/declare.ts';
import type { Option } from '../../../src/config/option.ts';
import { declareOptions } from '../../../src/config/options.ts';
import { settle } from '../../../src/config/settle.ts';
import { optionTable } from '../../../src/config/table.ts';
import { settleOptions } from '../../../src/engine/options.ts';
import { exporters } from '../../../src/engine/registry.ts';
import { MemoryLikeExporter } from './memory-like-exporter.ts';

const pigeonOptions = {
  loft: option({
    schema: (z) => z.string().min(1, 'must not be empty'),
    required: true,
    type: 'string',
    text: 'where it flies to',
    example: 'roof',
    env: { name: 'OTEL_ATTRIBUTION_PIGEON_LOFT', read: 'text' },
  }),
  birds: option({
    schema: (z) => z.number().int('must be a whole number'),
    type: 'number',
    default: 2,
    text: 'how many fly',
    example: '2',
    env: { name: 'OTEL_ATTRIBUTION_PIGEON_BIRDS', read: 'number' },
  }),
};
const pigeon: ExporterConfig<'pigeon', typeof pigeonOptions> = {
  name: 'pigeon',
  options: pigeonOptions,
  rules: [{ holds: ({ birds = 2 }) => birds < 10, otherwise: 'flies with less than ten' }],
  create: () => new MemoryLikeExporter(),
};
const plain: ExporterConfig<'plain'> = { name: 'plain', options: {}, create: () => new MemoryLikeExporter() };

const options = declareOptions([plain, pigeon]);
const checks = new Checks(options);
const problem = (choice: unknown) => checks.validateAll({ exporters: [choice] }, {}).problems[0]!;

describe('an exporter that is declared', () => {
  it('can be chosen in code, in a file and by its variables', () => {
    expect(checks.validateAll({ exporters: ['plain', { pigeon: { loft: 'roof' } }] }, {}).problems).toEqual([]);
    expect(checks.validateText('exporters: [{pigeon: {loft: roof, birds: 3}}]', 'f').problems).toEqual([]);
    const env = {
      OTEL_ATTRIBUTION_EXPORTERS: 'plain,pigeon',
      OTEL_ATTRIBUTION_PIGEON_LOFT: ' roof ',
      OTEL_ATTRIBUTION_PIGEON_BIRDS: '3',
    };
    const { options: read, problems } = checks.validateAll(undefined, env);
    expect(problems).toEqual([]);
    expect(read).toEqual({ exporters: ['plain', { pigeon: { loft: 'roof', birds: 3 } }] });
    expect(checks.validateAll(undefined, { ...env, OTEL_ATTRIBUTION_PIGEON_BIRDS: 'many' }).problems).toMatchObject([
      { source: 'OTEL_ATTRIBUTION_EXPORTERS', path: 'exporters[1].pigeon.birds', rule: 'must be a number' },
    ]);
  });

  it('is in every message that lists exporters, their options or variables', () => {
    expect(problem('pigeom').rule).toBe(
      "must be 'plain', {pigeon: {...}} or, in code, an object with the methods of Exporter",
    );
    expect(problem(5).fix).toBe('exporters: [plain, {pigeon: {loft: roof}}]');
    const misspelt = checks.validateText('exporters: [{pigeom: {}}]', 'f').problems;
    expect(misspelt.map(({ fix }) => fix)).toContain('did you mean pigeon?');
    expect(problem({ pigeon: { lofd: 'roof', loft: 'roof' } }).fix).toBe('did you mean loft?');
    expect(problem({ pigeon: {} })).toMatchObject({
      path: 'exporters[0].pigeon.loft',
      rule: 'is required: a string',
      fix: 'loft: roof (or OTEL_ATTRIBUTION_PIGEON_LOFT)',
    });
    expect(problem({ pigeon: { loft: 'roof', birds: 1.5 } }).fix).toBe('birds: 2');
    expect(problem({ pigeon: { loft: 'roof', birds: 10 } })).toMatchObject({
      rule: 'flies with less than ten',
      fix: 'pigeon: {loft: roof} (or OTEL_ATTRIBUTION_PIGEON_LOFT)',
    });
    const [unknown] = checks.validateAll(undefined, { OTEL_ATTRIBUTION_PIGEON_LOFTS: 'x' }).problems;
    expect(unknown!.fix).toBe('did you mean OTEL_ATTRIBUTION_PIGEON_LOFT?');
    expect(optionTable(options).find(({ name }) => name === 'exporters')!.type).toBe(
      'list of plain, {pigeon: ...} or exporter objects (code only)',
    );
  });

  it('is found by a choice; an object of the application is itself', () => {
    const all = [plain, pigeon];
    expect(chosen(all, 'plain')).toEqual({ config: plain, options: {} });
    expect(chosen(all, { pigeon: { loft: 'roof' } })).toEqual({ config: pigeon, options: { loft: 'roof' } });
    expect(chosen(all, Object.assign(new MemoryLikeExporter(), { pigeon: 1 }))).toBeUndefined();
  });
});

describe('settled options', () => {
  it('have the default of every option that has one', () => {
    expect(settleOptions({})).toMatchObject({
      enabled: true,
      windowSeconds: 60,
      originDeadlineSeconds: 120,
      rules: [],
    });
    expect(settleOptions({ windowSeconds: 20, live: false })).toMatchObject({ originDeadlineSeconds: 40, live: false });
    expect(settle(pigeonOptions, { loft: 'roof' })).toEqual({ loft: 'roof', birds: 2 });
  });
  it('leave out the others, which are decided where more is known', () => {
    const without = Object.entries<Option<unknown>>(options).filter(
      ([, one]) => !('default' in one || 'derive' in one),
    );
    expect(without.map(([name]) => name)).toContain('directory');
    for (const [name] of without) expect(settleOptions({})).not.toHaveProperty(name);
  });
  it('are a copy that nobody changes', () => {
    expect(Object.isFrozen(settleOptions({}))).toBe(true);
  });
});

it('every option has a comment, which editors show', () => {
  const text = readFileSync(new URL('../../../src/config/options.ts', import.meta.url), 'utf8');
  for (const name of Object.keys(options)) expect(text).toMatch(new RegExp(`/\\*\\* .*\\*/\\n    ${name}: `));
});

it('every exporter has a name of its own', () => {
  expect(new Set(exporters.map(({ name }) => name)).size).toBe(exporters.length);
});
