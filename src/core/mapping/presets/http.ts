import { CLIENT } from '../../span-kind.ts';
import { type EventSpec, type Plan, valueKeys } from '../plan.ts';
import { semconv } from '../semconv.ts';
import { type Facts, firstScalar, isPresent, textOf } from '../slot.ts';
import { parseUrl, targetId } from '../targets.ts';
import { addressFrom, field, serviceSlot } from './shared.ts';

function urlOf(facts: Facts): string {
  const url = firstScalar(facts, semconv.urlFull);
  return typeof url === 'string' ? url : '';
}

/** The attribute, else the front of the URL, uncut: a URL differs per call and must not become part of a key. */
function schemeOf(facts: Facts): string | undefined {
  const scheme = firstScalar(facts, semconv.urlScheme);
  if (typeof scheme === 'string') return scheme.toLowerCase();
  const url = urlOf(facts);
  if (url.startsWith('https:')) return 'https';
  if (url.startsWith('http:')) return 'http';
  return parseUrl(url)?.scheme?.toLowerCase();
}

function urlHost(facts: Facts): string | undefined {
  const host = parseUrl(urlOf(facts))?.host;
  return host?.includes(':') ? `[${host}]` : host;
}

function urlPort(facts: Facts): number | undefined {
  return parseUrl(urlOf(facts))?.port;
}

const events: readonly EventSpec[] = [
  { name: 'http.client.request.duration', unit: 's', value: { from: 'duration' } },
  {
    name: 'http.client.request.body.size',
    unit: 'By',
    value: { from: 'attribute', names: semconv.httpRequestSize, nonNegative: true },
  },
  {
    name: 'http.client.response.body.size',
    unit: 'By',
    value: { from: 'attribute', names: semconv.httpResponseSize, nonNegative: true },
  },
];

/** Outgoing requests; the target is scheme and host, never a path. */
export const http: Plan = {
  name: 'preset:http',
  signal: 'span',
  kinds: [CLIENT],
  slots: [
    {
      field: 'httpMethod or urlFull',
      names: [...semconv.httpMethod, ...semconv.urlFull],
      keyed: false,
      presence: true,
      test: isPresent,
      wants: 'present',
    },
    field('targetOverride'),
    {
      field: 'scheme',
      names: [],
      derive: schemeOf,
      derivedFrom: [...semconv.urlScheme, ...semconv.urlFull],
    },
    field('httpHost', { derive: urlHost, derivedFrom: semconv.urlFull, unless: [1] }),
    field('peer', { unless: [1, 3] }),
    field('port', { derive: urlPort, derivedFrom: semconv.urlFull, unless: [1] }),
    field('peerPort', { unless: [1, 3, 5] }),
    serviceSlot([1, 3, 4]),
  ],
  valueKeys: valueKeys(events),
  build(answers) {
    const [, override, scheme, host, peer, port, peerPort, service] = answers;
    const address = addressFrom(override, host, peer, port ?? peerPort, service);
    const system = textOf(scheme) || (address.parts.port === 443 ? 'https' : 'http');
    return {
      category: 'http',
      target: targetId({ ...address.parts, system }),
      address: address.declared,
      events,
    };
  },
};
