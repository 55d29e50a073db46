import type { Accounts } from '../accounts.ts';
import { limits } from '../limits.ts';
import type { Answers, Plan } from './plan.ts';
import { type Facts, firstScalar, present, type Scalar, type Slot } from './slot.ts';
import type { Mapped } from './types.ts';

/**
 * One step of a path. Most processes see few combinations, so the step taken last is tried before the map:
 * comparing a string with itself costs a nanosecond, finding it in a map about ten (bench/mapping.ts).
 */
class Node {
  key: Scalar | undefined = undefined;
  next: Node | undefined = undefined;
  others: Map<Scalar | undefined, Node> | undefined = undefined;
  /** null: this combination was looked at, and the rule does not apply. */
  result: Mapped | null | undefined = undefined;

  step(key: Scalar | undefined): Node | undefined {
    if (this.next !== undefined && this.key === key) return this.next;
    const next = this.others?.get(key);
    if (next !== undefined) {
      this.key = key;
      this.next = next;
    }
    return next;
  }

  add(key: Scalar | undefined): Node {
    const node = new Node();
    if (this.next === undefined) {
      this.key = key;
      this.next = node;
    } else {
      if (this.others === undefined) this.others = new Map([[this.key, this.next]]);
      this.others.set(key, node);
      this.key = key;
      this.next = node;
    }
    return node;
  }
}

const NODES_PER_ENTRY = 8;

/**
 * A slot as the look-up reads it. Literals with optional properties have dozens of shapes, and reading those cost more
 * than reading the attributes (306 → 150 ns for a pg span).
 */
class Question {
  readonly names: readonly string[];
  readonly derive: ((facts: Facts) => Scalar | undefined) | undefined;
  readonly test: ((answer: Scalar | undefined) => boolean) | undefined;
  readonly keyed: boolean;
  readonly presence: boolean;
  /** Bits of the earlier slots whose answer makes this one needless. */
  readonly unless: number;
  readonly bit: number;

  constructor(slot: Slot, position: number) {
    this.names = slot.names;
    this.derive = slot.derive;
    this.test = slot.test;
    this.keyed = slot.keyed !== false;
    this.presence = slot.presence === true;
    this.unless = (slot.unless ?? []).reduce((bits, at) => bits | bitOf(at), 0);
    this.bit = bitOf(position);
  }
}

/** Beyond 31 slots there are no bits left: a needless question is then asked, and its answer not used. */
function bitOf(position: number): number {
  return position < 31 ? 1 << position : 0;
}

/** Results of one rule per combination of answers: a tree with one level per keyed slot that is asked. */
export class CombinationCache {
  readonly plan: Plan;
  readonly #questions: readonly Question[];
  readonly #make: (answers: Answers, facts: Facts) => Mapped | null;
  readonly #maxEntries: number;
  readonly #accounts: Accounts;
  // Reused by every look-up: nothing is allocated for a known combination.
  readonly #answers: (Scalar | undefined)[];
  #root = new Node();
  #entries = 0;
  /** Nodes also arise on the way to a combination that a later slot rules out, so they have a bound of their own. */
  #nodes = 0;

  constructor(
    plan: Plan,
    make: (answers: Answers, facts: Facts) => Mapped | null,
    accounts: Accounts,
    maxEntries: number = limits.mappingCacheEntries,
  ) {
    this.plan = plan;
    this.#questions = plan.slots.map((slot, i) => new Question(slot, i));
    this.#answers = new Array(plan.slots.length).fill(undefined);
    this.#make = make;
    this.#accounts = accounts;
    this.#maxEntries = maxEntries;
  }

  get size(): number {
    return this.#entries;
  }

  /** Undefined when the rule does not apply. Throws what a getter of the attributes throws. */
  find(facts: Facts): Mapped | undefined {
    const questions = this.#questions;
    const answers = this.#answers;
    let node = this.#root;
    let answered = 0;
    for (let i = 0; i < questions.length; i++) {
      const question = questions[i]!;
      if ((question.unless & answered) !== 0) {
        answers[i] = undefined;
        continue;
      }
      let answer = question.presence ? present(facts, question.names) : firstScalar(facts, question.names);
      if (answer === undefined && question.derive !== undefined) answer = question.derive(facts);
      if (question.test !== undefined && !question.test(answer)) return undefined;
      if (answer !== undefined) answered |= question.bit;
      if (question.keyed) {
        if (typeof answer === 'string' && answer.length > limits.nameChars) answer = this.#cut(answer);
        node = node.step(answer) ?? this.#grow(node, answer);
      }
      answers[i] = answer;
    }
    const known = node.result;
    if (known !== undefined) return known ?? undefined;
    return this.#insert(node, facts);
  }

  #insert(node: Node, facts: Facts): Mapped | undefined {
    const made = this.#make(this.#answers.slice(), facts);
    if (this.#entries >= this.#maxEntries || this.#nodes >= this.#maxEntries * NODES_PER_ENTRY) {
      this.#root = new Node();
      this.#entries = 0;
      this.#nodes = 0;
      this.#accounts.count('attribution.limit.reached', 'mapping_cache');
      return made ?? undefined;
    }
    node.result = made;
    this.#entries++;
    return made ?? undefined;
  }

  #grow(node: Node, answer: Scalar | undefined): Node {
    this.#nodes++;
    return node.add(answer);
  }

  /** A copy: a slice would keep the long string alive for as long as it is a key. */
  #cut(text: string): string {
    this.#accounts.count('attribution.limit.reached', 'name_chars');
    const codes: number[] = [];
    for (let i = 0; i < limits.nameChars; i++) codes.push(text.charCodeAt(i));
    return String.fromCharCode(...codes);
  }
}
