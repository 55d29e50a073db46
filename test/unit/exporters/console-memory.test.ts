import { describe, expect, test } from 'vitest';
import { ConsoleExporter } from '../../../src/exporters/console/exporter.ts';
import { MemoryExporter } from '../../../src/exporters/memory/exporter.ts';
import { makePart } from '../parts/make-part.ts';

describe('console', () => {
  function print(rows: Parameters<typeof makePart>[0], maxRows = 20): string[] {
    const texts: string[] = [];
    new ConsoleExporter({ maxRows, write: (text) => void texts.push(text) }).exportSync(makePart(rows));
    return texts.join('').split('\n');
  }

  test('a part is a head, a table and a line for the rest; the largest rows first', () => {
    const lines = print(
      Array.from({ length: 100 }, (_, i) => ({ origin: `GET /${i}`, value: i, count: 2 })),
      3,
    );
    expect(lines).toHaveLength(7);
    expect(lines[0]).toMatch(/^attribution part .*-1, 100 rows, sealed 2023-11-14T22:14:20Z$/);
    expect(lines[1]).toMatch(/^window +service +origin +target +event +value +unit +count +attributes$/);
    expect(lines[2]).toMatch(
      /^2023-11-14T22:14:00Z +shop +GET \/99 +postgresql:\/\/db\/shop +db\.client\.operation\.duration +99 +s +2$/,
    );
    expect(lines[5]).toBe('(97 more rows)');
    expect(lines[6]).toBe('');
  });

  test('names can forge neither lines nor colours, and long ones lose their middle', () => {
    const lines = print([
      { origin: 'a\nattribution part forged\u001b[31m\u202e', target: `start${'x'.repeat(500)}end` },
    ]);
    expect(lines).toHaveLength(4);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u202e]/);
    expect(lines[2]).toContain('a?attribution part forged?[31m?');
    expect(lines[2]).toMatch(/startx+…x+end/);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(400);
  });
});

describe('memory', () => {
  test('is bounded: the oldest parts make room', async () => {
    const size = makePart().body.length;
    const exporter = new MemoryExporter({ maxBytes: size * 3 + 10 });
    for (let sequence = 1; sequence <= 9; sequence++) exporter.exportSync(makePart([{}], { sequence }));
    expect(exporter.parts.map((part) => part.sequence)).toEqual([7, 8, 9]);
    expect(exporter.evicted).toBe(6);
    expect(exporter.rows()).toHaveLength(3);
    await exporter.close();
    expect(exporter.rows()).toHaveLength(3);
    exporter.reset();
    expect([exporter.parts.length, exporter.evicted]).toEqual([0, 0]);
  });
});
