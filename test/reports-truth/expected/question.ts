/** What is asked, and what an answer is worked out from. */
import type { Books } from '../books.ts';
import type { By } from './cells.ts';
import type { Answered, Asked, Fact, Span } from './facts.ts';
import type { Condition } from './filter.ts';

export interface Question extends Asked {
  readonly where: readonly Condition[];
  readonly by: By;
  readonly limit: number;
  readonly measure?: string;
  readonly peak?: boolean;
  readonly step?: number;
  /** As long, right before, when none is given. */
  readonly baseline?: number | Span;
}

export type ExpectedRow = Readonly<Record<string, unknown>>;

export interface Expected {
  readonly answered: Answered;
  readonly rows: readonly ExpectedRow[];
}

export interface Context {
  readonly books: Books;
  readonly question: Question;
  /** Handed over by then. */
  readonly facts: readonly Fact[];
  /** Of those the ones that the question is about. */
  readonly chosen: readonly Fact[];
  readonly answered: Answered;
}

export type Expect = (context: Context) => ExpectedRow[];
