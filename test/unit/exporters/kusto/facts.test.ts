import { expect, test } from 'vitest';
import { redact } from '../../../../src/exporters/kusto/facts.ts';

const URL_WITH_KEY = 'https://a.blob.core.windows.net/c/x.gz?si=policy&se=2026-11-30&sig=SECRET%2Bsecret%3D';

test.each([
  ['as it is', URL_WITH_KEY],
  ['in JSON', JSON.stringify({ Blob: URL_WITH_KEY }).replaceAll('&', '\\u0026')],
  ['in XML', URL_WITH_KEY.replaceAll('&', '&amp;')],
  ['in another URL', `https://proxy/?to=${encodeURIComponent(URL_WITH_KEY)}`],
  ['in another URL of another', `https://proxy/?to=${encodeURIComponent(encodeURIComponent(URL_WITH_KEY))}`],
])('the key of a blob is not shown, %s; its path is', (_, text) => {
  const shown = redact(`Failed to download ${text} now`);
  expect(shown).not.toMatch(/secret/i);
  expect(shown).toMatch(/^Failed to download .*x\.gz.*now$/);
});
