/** What each report has to say, from the books. Rows are in order; of each the columns that the books can tell. */
import type { Books } from '../books.ts';
import { flow, perRequest } from './edges.ts';
import { answerOf, factsOf } from './facts.ts';
import { selected } from './filter.ts';
import { inventory } from './inventory.ts';
import { coverage, sources } from './lives.ts';
import { load } from './load.ts';
import type { Expect, Expected, Question } from './question.ts';
import { trend } from './trend.ts';
import { compareTwo } from './two-periods.ts';

const expectations: Readonly<Record<string, Expect>> = {
  load,
  'per-request': perRequest,
  flow,
  trend,
  compare: compareTwo,
  inventory,
  sources,
  coverage,
};

export function expected(report: string, books: Books, question: Question): Expected {
  const answered = answerOf(books, question);
  const facts = factsOf(books, question.asOf);
  const context = { books, question, facts, chosen: selected(facts, question.where, question.measure), answered };
  return { answered, rows: expectations[report]!(context) };
}
