/**
 * The name of a queue or topic as a key. Targets and origins go through the same function, so that what is consumed and
 * who consumes it are one name, and neither grows with the number of clients, connections or messages.
 */

const TEMPORARY = '(temporary)';

/** What names begin with that a broker or a framework makes up for one client or connection. */
const MADE_UP: readonly string[] = [
  'amq.gen-', // RabbitMQ: queues declared without a name
  'amq.rabbitmq.reply-to', // RabbitMQ: direct reply-to, where a message is sent to with a random end
  'stomp-subscription-', // RabbitMQ: clients of its plug-ins
  'mqtt-subscription-',
  '_INBOX.', // NATS: replies
  '_R_.',
  'ID:', // ActiveMQ and JMS: temporary queues and topics
  'temp-queue://',
  'temp-topic://',
  'celeryev.', // Celery: events, and replies to its remote control
];
/** The same elsewhere in the name: Spring's anonymous groups, Celery's and Nameko's replies, MassTransit's buses. */
const MADE_UP_WITHIN = /(^|\.)anonymous\.[\w-]{16,}$|\.celery\.pidbox$|^rpc\.reply-|_bus_[a-z0-9]{20,}$/i;

const UUID = /[0-9a-f]{8}([-_])[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}/gi;
/** In Crockford's alphabet; a time of 48 bits is in front, so the first character is at most 7. */
const ULID = /(?<![0-9A-Za-z])[0-7][0-9A-HJKMNP-TV-Z]{25}(?![0-9A-Za-z])/g;
/** Digests, object ids, trace ids: sixteen hexadecimal digits, some of them decimal and some not. */
const HEX = /(?<![0-9A-Za-z])(?=[a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{16,}(?![0-9A-Za-z])/gi;
/** Times in milliseconds, phone numbers, ids of customers; numbers of shards and dates are shorter. */
const NUMBER = /(?<![0-9A-Za-z])[0-9]{10,}(?![0-9A-Za-z])/g;
/** The shortest of them all. */
const RANDOM_CHARS = 10;

// One consumer asks for the same name with every message.
const folded = new Map<string, string>();
const FOLDED_MAX = 1_000;

/** A name without what differs per client or message. */
export function foldDestination(name: string): string {
  let short = folded.get(name);
  if (short === undefined) {
    if (folded.size >= FOLDED_MAX) folded.clear();
    folded.set(name, (short = fold(name)));
  }
  return short;
}

function fold(name: string): string {
  if (MADE_UP.some((front) => name.startsWith(front)) || MADE_UP_WITHIN.test(name)) return TEMPORARY;
  if (name.length < RANDOM_CHARS) return name;
  return name.replace(UUID, '{uuid}').replace(ULID, '{ulid}').replace(HEX, '{hex}').replace(NUMBER, '{number}');
}

/** A destination as targets and origins show it; '' when the span names none. */
export function destinationName(template: string, temporary: boolean, name: string): string {
  if (template !== '') return template;
  if (temporary) return TEMPORARY;
  return foldDestination(name.startsWith('arn:') ? name.slice(name.lastIndexOf(':') + 1) : name);
}
