import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { PermanentError } from '../../../src/core/errors.ts';
import { decodePart } from '../../../src/parts/part-codec.ts';
import { tempDir } from '../../helpers/temp-dir.ts';
import { makePipeline, ScriptedExporter } from './helpers.ts';

test('a refused part is a file that can be read, with the reason beside it', async () => {
  const directory = tempDir();
  const { pipeline, add, accounts } = makePipeline([new ScriptedExporter(new PermanentError('400: unknown tenant'))], {
    directory,
  });
  add('a');
  await pipeline.shutdown();
  const folder = path.join(directory, 'quarantine/scripted');
  const id = `${pipeline.instance}-1`;
  expect(readdirSync(folder).sort()).toEqual([`${id}.json.zst`, `${id}.reason.txt`]);
  expect(readFileSync(path.join(folder, `${id}.reason.txt`), 'utf8')).toBe('400: unknown tenant\n');
  expect(await decodePart(readFileSync(path.join(folder, `${id}.json.zst`)))).toMatchObject({ part: id });
  expect(accounts.total('attribution.part.quarantined', 'scripted')).toBe(1);
});
