/**
 * The part of the golden files: every kind of value that a row may hold. When the format gets a new version, its writer makes the next file:
 * `node test/golden/part.ts > test/golden/part-v<n>.json.zst`. Files of older versions stay as they are for ever.
 */
import { Dictionary } from '../../src/core/aggregate/dictionary.ts';
import { type SealedPart, seal } from '../../src/core/aggregate/seal.ts';
import { SumTable } from '../../src/core/aggregate/sum-table.ts';
import { encodePartSync } from '../../src/parts/part-codec.ts';

const WINDOW = 29_655_660;
const QUERY = 'db.client.operation.duration';

export function goldenPart(): SealedPart {
  const dictionary = new Dictionary();
  const table = new SumTable({ dictionary, windowSeconds: 60 });
  const origin = dictionary.origin.bind(dictionary);
  const measure = dictionary.measure.bind(dictionary);

  const search = origin('storefront', 'gateway', 'GET /search', '{"region":"eu","tenant":"acme"}');
  const shop = measure('postgresql://db.internal/shop', QUERY, 's', '');
  table.add(WINDOW, search, shop, 0.1, 1, '0af7651916cd43dd8448eb211c80319c');
  table.add(WINDOW, search, shop, 0.2, 12.5, '4bf92f3577b34da6a3ce929d0e0e4736');
  table.add(WINDOW, search, shop, 0.3);
  // Late: the same key in an older window.
  table.add(WINDOW - 1440, search, shop, 1.5);
  // Attributes of both.
  const tokens = measure('openai://api.openai.com/gpt-4o', 'gen_ai.client.token.usage', '{token}', '{"type":"input"}');
  table.add(WINDOW, search, tokens, 2 ** 53, 1, 'ffffffffffffffffffffffffffffffff');
  table.add(WINDOW, search, tokens, -(2 ** 53) + 1);

  const unicode = origin('żółw', 'żółw', 'GET /漢字/🦄\u2028', '{"ключ":"значение"}');
  table.add(WINDOW, unicode, measure('redis://[::1]:6380/"\\\n\t\0', QUERY, 's', ''), -0);
  // Half a surrogate pair, alone and cut off at the end.
  table.add(WINDOW, origin('\ud800', 'x\udfff', 'y\ud83e', ''), shop, 1e308);
  table.add(WINDOW, origin('', '', '', ''), measure('', '', '', ''), 5e-324);
  // A share of a duration that ended in a later window: no measurement, so neither min nor max.
  const share = { value: 60, compensation: 0, count: 0, samples: 0, min: Infinity, max: -Infinity, traceId: '' };
  table.merge(WINDOW, origin('storefront', 'storefront', 'job:nightly', ''), shop, share);

  const parts = seal(table.rotate(), {
    instance: '0b9f2c7e-6a53-4c0f-9d6e-1f2a3b4c5d6e',
    nextSequence: () => 41,
    sealedAt: WINDOW * 60_000 + 60_250,
    package: '0.1.0',
    mapping: '9c1185a5c5e9fc54',
    final: true,
  });
  for (const part of parts) if (part !== undefined) return part;
  throw new Error('the golden table gave no part');
}

if (import.meta.main) process.stdout.write(encodePartSync(goldenPart()).body);
