import { type Field, semconv } from '../semconv.ts';
import { isPresent, type Scalar, type Slot, serviceOf, textOf } from '../slot.ts';
import { parseHost, parsePort, type TargetParts } from '../targets.ts';

/** A slot of one row of the table of names. */
export function field(name: Field, rest: Omit<Slot, 'field' | 'names'> = {}): Slot {
  return { field: name, names: semconv[name], ...rest };
}

export function requiredField(name: Field, rest: Omit<Slot, 'field' | 'names' | 'test'> = {}): Slot {
  return field(name, { test: isPresent, wants: 'present', ...rest });
}

export function serviceSlot(unless: readonly number[] = []): Slot {
  return { field: 'service.name', names: [], derive: serviceOf, unless };
}

/**
 * The six slots of a network address, starting at position `at`, in the order `addressOf` reads them:
 * override, host, peer, port, peer port, service.
 */
export function addressSlots(at: number, host: Field = 'host'): Slot[] {
  return [
    field('targetOverride'),
    field(host, { unless: [at] }),
    field('peer', { unless: [at, at + 1] }),
    field('port', { unless: [at] }),
    field('peerPort', { unless: [at, at + 1, at + 3] }),
    serviceSlot([at, at + 1, at + 2]),
  ];
}

export interface Address {
  readonly parts: Omit<TargetParts, 'system' | 'namespace'>;
  /** Declared host, '' if none: what `Mapped.address` shows. */
  readonly declared: string;
}

export function addressFrom(
  override: Scalar | undefined,
  host: Scalar | undefined,
  peer: Scalar | undefined,
  port: Scalar | undefined,
  service: Scalar | undefined,
): Address {
  const found = host ?? peer;
  const parsed = found === undefined ? undefined : parseHost(textOf(found));
  return {
    parts: {
      override: override === undefined ? undefined : textOf(override),
      host: parsed?.host,
      port: parsePort(port) ?? parsed?.port,
      service: textOf(service),
    },
    declared: host === undefined || parsed === undefined ? '' : parsed.host,
  };
}

/** Reads what `addressSlots(at)` asked. */
export function addressOf(answers: readonly (Scalar | undefined)[], at: number): Address {
  return addressFrom(
    answers[at],
    answers[at + 1],
    answers[at + 2],
    answers[at + 3] ?? answers[at + 4],
    answers[at + 5],
  );
}
