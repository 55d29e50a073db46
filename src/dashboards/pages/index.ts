/** One page for each use; the first is for 3 a.m. */
import type { Page } from '../model.ts';
import { books } from './books.ts';
import { capacity } from './capacity.ts';
import { changes } from './changes.ts';
import { cost } from './cost.ts';
import { now } from './now.ts';
import { expensive } from './operations.ts';
import { perRequest } from './per-request.ts';

export const pages: readonly Page[] = [now, cost, expensive, perRequest, changes, capacity, books];
