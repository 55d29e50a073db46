/**
 * Spans in the forms in which people have them: OTLP/JSON (a span, a whole request, lines of requests), traces of Jaeger, Tempo
 * and Zipkin, what `ConsoleSpanExporter` prints, and our own `PlainSpan`.
 */
import { stripVTControlCharacters } from 'node:util';
import { AttributionError } from '../../core/errors.ts';
import { PlainSpan } from '../../core/mapping/plain-facts.ts';
import { parseInspected } from './inspected.ts';
import { fromJaeger, fromZipkin, isJaegerTrace, isZipkin } from './other-tracers.ts';
import { fromOtlpAttributes, otlpKind } from './otlp.ts';
import { HINT } from './sources.ts';

export interface ReadSpan {
  readonly facts: PlainSpan;
  /** NaN when the input does not say it. */
  readonly durationSeconds: number;
  /** Where in the input: `resourceSpans[0].scopeSpans[0].spans[2]`, '' for a single span. */
  readonly where: string;
}

type Json = Record<string, unknown>;

interface Around {
  readonly service: string;
  readonly scopeName: string;
  readonly otlp: boolean;
}

export const SPANS_MAX = 10_000;
/** Lists around spans: of OTLP, its former name, Tempo, and Jaeger with its traces. */
const LAYERS = ['resourceSpans', 'batches', 'scopeSpans', 'instrumentationLibrarySpans', 'data'];
/** What newer releases of Tempo and Jaeger put around all of it. */
const WRAPPERS = ['trace', 'result'];
const KINDS = ['internal', 'server', 'client', 'producer', 'consumer'];

/** @throws AttributionError `ATTR_USAGE` when the text is none of the forms, with the place. */
export function readSpans(text: string, source: string, service = ''): ReadSpan[] {
  const spans: ReadSpan[] = [];
  const around = { service, scopeName: '', otlp: false };
  // A logger, or FORCE_COLOR, may have coloured it.
  const documents = parse(stripVTControlCharacters(text), source);
  for (const [i, document] of documents.entries()) {
    walk(document, documents.length > 1 ? `[${i}]` : '', around, source, spans);
  }
  if (spans.length === 0) throw usage(`${source} holds no span. ${HINT}`);
  return spans;
}

/** JSON; else one JSON per line; else what `console.dir` prints, amid other lines or alone. */
function parse(text: string, source: string): unknown[] {
  if (text.trim() === '') throw usage(`${source} is empty. ${HINT}`);
  let problem: string;
  try {
    return [JSON.parse(text)];
  } catch (error) {
    problem = (error as Error).message;
  }
  try {
    return text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [JSON.parse(line)]));
  } catch {
    // Not lines of JSON either.
  }
  const printed = parseInspected(text) ?? printedAmidOthers(text);
  if (printed !== undefined) return printed;
  throw usage(`${source} is not JSON: ${problem}. ${HINT}`);
}

/** An application prints its own lines between spans. A span begins and ends with a brace that stands alone. */
function printedAmidOthers(text: string): unknown[] | undefined {
  const blocks = text.match(/^\{\r?\n(?:[ \t].*\r?\n)*?\}\r?$/gm) ?? [];
  const read = blocks.flatMap((block) => parseInspected(block) ?? []);
  const spans = read.filter((one) => isObject(one) && 'traceId' in one && 'name' in one);
  return spans.length === 0 ? undefined : spans;
}

function walk(value: unknown, where: string, around: Around, source: string, spans: ReadSpan[]): void {
  const at = (name: string): string => (where === '' ? name : `${where}.${name}`);
  const each = (list: unknown, name: string, inner: Around): void => {
    if (!Array.isArray(list)) throw usage(`${source}: ${at(name)} must be a list`);
    for (const [i, one] of list.entries()) walk(one, `${at(name)}[${i}]`, inner, source, spans);
  };
  if (Array.isArray(value)) {
    for (const [i, one] of value.entries()) walk(one, `${where}[${i}]`, around, source, spans);
    return;
  }
  if (!isObject(value)) throw usage(`${source}: ${where || 'the input'} is ${typeOf(value)}; expected a span. ${HINT}`);
  const named = typeof value.name === 'string';
  const wrapper = WRAPPERS.find((name) => isObject(value[name]));
  const layer = LAYERS.find((name) => name in value);
  if (!named && wrapper !== undefined) {
    walk(value[wrapper], at(wrapper), around, source, spans);
  } else if (!named && layer !== undefined) {
    each(value[layer], layer, { ...around, otlp: true, service: serviceOf(value) || around.service });
  } else if (isJaegerTrace(value)) {
    each(fromJaeger(value), 'spans', { ...around, otlp: false });
  } else if ('spans' in value) {
    const scope = value.scope ?? value.instrumentationLibrary;
    each(value.spans, 'spans', { ...around, otlp: true, scopeName: isObject(scope) ? text(scope.name) : '' });
  } else {
    if (spans.length >= SPANS_MAX) throw usage(`${source} holds more than ${SPANS_MAX} spans; pass fewer`);
    spans.push(readSpan(isZipkin(value) ? fromZipkin(value) : value, where, around, source));
  }
}

function readSpan(span: Json, where: string, around: Around, source: string): ReadSpan {
  const problem = (what: string): AttributionError => usage(`${source}: ${where === '' ? '' : `${where}: `}${what}`);
  if (typeof span.name !== 'string') {
    const found = Object.keys(span).slice(0, 8).join(', ') || 'an empty object';
    throw problem(`a span needs a name; found ${found}. ${HINT}`);
  }
  const otlp = around.otlp || Array.isArray(span.attributes) || 'startTimeUnixNano' in span;
  const kind = kindOf(span.kind, otlp);
  if (kind === undefined) {
    throw problem(`kind is ${JSON.stringify(span.kind)}; expected a number or one of ${KINDS.join(', ')}`);
  }
  const scope = span.instrumentationScope ?? span.instrumentationLibrary ?? span.scope;
  const facts = new PlainSpan({
    name: span.name,
    kind,
    attributes: attributesOf(span.attributes, problem),
    service: text(span.service) || serviceOf(span) || around.service,
    scopeName: text(span.scopeName) || (isObject(scope) ? text(scope.name) : '') || around.scopeName,
  });
  return { facts, durationSeconds: durationOf(span), where };
}

function attributesOf(attributes: unknown, problem: (what: string) => Error): Json {
  if (attributes === undefined || attributes === null) return {};
  if (Array.isArray(attributes)) return fromOtlpAttributes(attributes, problem);
  if (isObject(attributes)) return attributes;
  throw problem(`attributes is ${typeOf(attributes)}; expected a map, or a list of {key, value}`);
}

/** The API counts from INTERNAL = 0, OTLP from UNSPECIFIED = 0 and INTERNAL = 1. */
function kindOf(kind: unknown, otlp: boolean): number | undefined {
  if (kind === undefined || kind === null) return 0;
  if (typeof kind === 'string' && !/^\d$/.test(kind)) {
    const at = KINDS.indexOf(kind.toLowerCase().replace('span_kind_', ''));
    return at >= 0 ? at : kind.toUpperCase() === 'SPAN_KIND_UNSPECIFIED' ? 0 : undefined;
  }
  const number = otlp ? otlpKind(Number(kind)) : Number(kind);
  return Number.isInteger(number) && number >= 0 && number <= 4 ? number : undefined;
}

function serviceOf(holder: Json): string {
  if (!isObject(holder.resource)) return '';
  const { attributes } = holder.resource;
  if (Array.isArray(attributes)) return text(fromOtlpAttributes(attributes, usage)['service.name']);
  return isObject(attributes) ? text(attributes['service.name']) : '';
}

function durationOf(span: Json): number {
  if (typeof span.durationSeconds === 'number') return span.durationSeconds;
  const { startTimeUnixNano: start, endTimeUnixNano: end, duration } = span;
  if (start !== undefined && end !== undefined) {
    try {
      return Number(BigInt(end as string) - BigInt(start as string)) / 1e9;
    } catch {
      return Number.NaN;
    }
  }
  // ConsoleSpanExporter prints microseconds; a ReadableSpan has [seconds, nanoseconds].
  if (typeof duration === 'number') return duration / 1e6;
  if (Array.isArray(duration) && duration.length === 2) return Number(duration[0]) + Number(duration[1]) / 1e9;
  return Number.NaN;
}

const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const typeOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
const usage = (message: string): AttributionError => new AttributionError('ATTR_USAGE', message);
