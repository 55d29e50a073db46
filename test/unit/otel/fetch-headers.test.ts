import { describe, expect, it } from 'vitest';
import { FetchHeaders } from '../../../src/otel/fetch-headers.ts';

const OWN = encodeURIComponent('["shop","GET /a"]');
const ENTRY = `attribution=${encodeURIComponent(OWN)}`;
const FORGED = 'attribution=forged';

function strip(headers: unknown, own = ''): unknown {
  const watch = new FetchHeaders();
  watch.sent(own);
  const request = { headers };
  watch.strip(request);
  return request.headers;
}

describe('a request of fetch', () => {
  it('loses a claim that was copied, and nothing else', () => {
    expect(strip(['accept', '*/*', 'Baggage', `user=1,${FORGED}`, 'x-otel-attribution', 'x', 'a', 'b'])).toEqual([
      ...['accept', '*/*', 'Baggage', 'user=1', 'a', 'b'],
    ]);
    expect(strip(['baggage', FORGED, 'accept', '*/*'])).toEqual(['accept', '*/*']);
    expect(strip(['baggage', ['user=1', FORGED]])).toEqual(['baggage', 'user=1']);
  });

  it('keeps the claim that was just added, wherever it stands', () => {
    expect(strip(['baggage', `user=1,${FORGED}`, 'baggage', `user=1,${ENTRY}`], OWN)).toEqual([
      ...['baggage', 'user=1', 'baggage', `user=1,${ENTRY}`],
    ]);
    expect(strip(['x-otel-attribution', 'forged', 'x-otel-attribution', OWN], OWN)).toEqual([
      'x-otel-attribution',
      OWN,
    ]);
  });

  it('but not for the request after that', () => {
    const watch = new FetchHeaders();
    watch.sent(OWN);
    watch.strip({ headers: [] });
    const request = { headers: ['baggage', ENTRY] };
    watch.strip(request);
    expect(request.headers).toEqual([]);
  });

  it('nor for one made in a later turn, where what was added came after it was looked at', async () => {
    const watch = new FetchHeaders();
    watch.strip({ headers: [] });
    watch.sent(OWN);
    await Promise.resolve();
    const request = { headers: ['baggage', ENTRY] };
    watch.strip(request);
    expect(request.headers).toEqual([]);
  });

  it('as undici 5 has it, in lines', () => {
    expect(strip(`accept: */*\r\nbaggage: ${FORGED},user=1\r\n`)).toBe('accept: */*\r\nbaggage: user=1\r\n');
    expect(strip(`baggage: ${FORGED}\r\naccept: */*\r\n`)).toBe('accept: */*\r\n');
    expect(strip('accept: */*\r\nuser: baggage\r\n')).toBe('accept: */*\r\nuser: baggage\r\n');
  });

  it.each([undefined, null, 7, {}, ['odd'], ['baggage', 7]])('with headers like %j is left alone', (headers) => {
    expect(strip(structuredClone(headers))).toEqual(headers);
  });
});
