/**
 * The references of a query to tables and views, after its functions are put in place of their calls, and whether each is bounded below in
 * time. It follows Microsoft's syntax tree as the engine takes a query: a `let` is its expression wherever its name stands, evaluated each
 * time; only `materialize()` and `toscalar()` are evaluated once. A filter counts for a reference as long as the operators between pass
 * filters on to it.
 */
import { child, list, type Node, namedParameters, nameOf, parse } from '../../kql/tree.ts';
import { type Bound, boundsTime, callBound, largest, literalBound, makesDates, timesAfter, worst } from './bounds.ts';
import { Names } from './names.ts';
import {
  closed,
  excerpt,
  type Flow,
  type Given,
  nothing,
  type Open,
  type Reference,
  Scope,
  type Tables,
} from './scope.ts';

const TIMES = new Set(['WindowStart', 'SealedAt']);
const DEPTH_MAX = 64;

export function referencesOf(text: string, tables: Tables, given: Given = {}): readonly Reference[] {
  const walk = new Walk(tables);
  walk.query(text, given);
  return walk.found;
}

class Walk {
  readonly found: (Reference & Open['reference'])[] = [];
  readonly #tables: Tables;
  readonly #names: Names;
  #depth = 0;

  constructor(tables: Tables) {
    this.#tables = tables;
    this.#names = new Names(tables, {
      table: (node, scope) => this.#need(node, scope),
      scalar: (node, scope) => this.#scalar(node, scope),
    });
  }

  query(text: string, given: Given): void {
    let scope = new Scope(text, { within: [], sites: [] });
    for (const [name, bound] of Object.entries(given)) scope.names.set(name, { kind: 'scalar', bound: () => bound });
    for (const statement of list(parse(text), 'Statements')) {
      if (statement.is === 'ExpressionStatement') {
        const node = child(statement, 'Expression');
        if (this.#table(node, scope) === undefined) throw new Error(`the query is no table: ${text.slice(0, 80)}`);
      } else scope = this.#names.declare(statement, scope);
    }
  }

  #table(node: Node, scope: Scope): Flow | undefined {
    switch (node.is) {
      case 'PipeExpression':
        return this.#piped(node, scope);
      case 'ParenthesizedExpression':
        return this.#table(child(node, 'Expression'), scope);
      case 'MaterializeExpression':
        return this.#once(node, scope, () => this.#need(child(node, 'Expression'), scope));
      case 'NameReference':
        return this.#named(node, scope);
      case 'FunctionCallExpression':
        return this.#call(node, scope);
      case 'UnionOperator':
        return this.#union(nothing, node, scope);
      case 'PrintOperator':
      case 'RangeOperator':
      case 'DataTableExpression':
        return { ...nothing, bound: this.#scalars(Object.values(node.fields), scope) };
      default:
        if (node.is.endsWith('Operator')) throw new Error(`a query that begins with ${node.is}`);
        return undefined;
    }
  }

  #need(node: Node, scope: Scope): Flow {
    const flow = this.#table(node, scope);
    if (flow === undefined) throw new Error(`no table: ${scope.source.slice(node.start, node.start + 80)}`);
    return flow;
  }

  #once(node: Node, scope: Scope, evaluate: () => Flow): Flow {
    let flow = scope.once.get(node);
    if (flow === undefined) scope.once.set(node, (flow = closed(evaluate())));
    return flow;
  }

  #named(node: Node, scope: Scope): Flow | undefined {
    const name = nameOf(node);
    const found = scope.find(name);
    if (found?.kind === 'table') return found.flow();
    if (found !== undefined) return undefined;
    if (this.#tables.tables.has(name)) return this.#reference(name, false, node, scope);
    return this.#tables.functions.has(name) ? this.#callNamed(name, [], node, scope) : undefined;
  }

  #reference(table: string, materialized: boolean, node: Node, scope: Scope): Flow {
    const reference = {
      table,
      materialized,
      within: scope.within,
      sites: [...scope.sites, excerpt(node, scope)],
      bounded: false,
      follows: false,
    };
    this.found.push(reference);
    return { open: [{ reference, times: TIMES }], sources: new Set([reference]), bound: 'none' };
  }

  #call(node: Node, scope: Scope): Flow | undefined {
    const name = nameOf(child(node, 'Name'));
    const given = list(child(node, 'ArgumentList'), 'Expressions');
    if (this.#names.called(name, scope) !== undefined) return this.#callNamed(name, given, node, scope);
    if (name !== 'materialized_view' && name !== 'table') return undefined;
    return this.#reference(given[0]!.text, name === 'materialized_view', node, scope);
  }

  #callNamed(name: string, given: readonly Node[], call: Node, scope: Scope): Flow | undefined {
    return this.#inBody(name, given, call, scope, (body, inner) => this.#table(body, inner));
  }

  #inBody<T>(name: string, given: readonly Node[], call: Node, scope: Scope, work: (body: Node, inner: Scope) => T): T {
    const called = this.#names.called(name, scope, excerpt(call, scope))!;
    if (++this.#depth > DEPTH_MAX) throw new Error(`${name} calls itself`);
    const inner = new Scope(called.scope.source, called.scope, called.scope);
    const parameters = list(child(called.declaration, 'Parameters'), 'Parameters');
    for (const [i, parameter] of parameters.entries()) {
      const parameterName = nameOf(child(parameter, 'NameAndType'));
      const named = given.find((arg) => arg.is === 'SimpleNamedExpression' && nameOf(arg) === parameterName);
      const placed = given[i]?.is === 'SimpleNamedExpression' ? undefined : given[i];
      const value = (named && child(named, 'Expression')) ?? placed;
      const fallback = parameter.fields.DefaultValue;
      if (value !== undefined) inner.names.set(parameterName, this.#names.binding(value, scope));
      else if (fallback !== undefined) {
        inner.names.set(parameterName, this.#names.binding(child(fallback, 'Value'), called.scope));
      }
    }
    const body = child(called.declaration, 'Body');
    const last = list(body, 'Statements').reduce((before, statement) => this.#names.declare(statement, before), inner);
    const result = work(child(body, 'Expression'), last);
    this.#depth--;
    return result;
  }

  #piped(node: Node, scope: Scope): Flow {
    return this.#applied(this.#need(child(node, 'Expression'), scope), child(node, 'Operator'), scope);
  }

  #applied(input: Flow, operator: Node, scope: Scope): Flow {
    switch (operator.is) {
      case 'FilterOperator':
        return this.#filtered(input, child(operator, 'Condition'), scope);
      case 'AsOperator': {
        if (namedParameters(operator).get('hint.materialized')?.text !== 'true') {
          throw new Error('as without hint.materialized: what its name stands for is evaluated again');
        }
        scope.names.set(nameOf(child(operator, 'Name')), { kind: 'table', flow: () => closed(input) });
        return input;
      }
      case 'UnionOperator':
        return this.#union(input, operator, scope);
      case 'JoinOperator':
      case 'LookupOperator':
        return this.#joined(input, operator, scope);
      case 'MvApplyOperator': {
        const { Subquery, ...others } = operator.fields;
        this.#scalars(Object.values(others), scope);
        return this.#rest(child(Subquery!, 'Expression'), closed(input), scope);
      }
      default: {
        this.#scalars(Object.values(operator.fields), scope);
        const open = input.open.map((one) => ({ ...one, times: timesAfter(operator, one.times) }));
        const bound = makesDates(operator) ? 'ever' : input.bound;
        return { ...input, bound, open: open.filter(({ times }) => times.size > 0) };
      }
    }
  }

  /** Operators that begin without a table: they go on with the rows of the outer query. */
  #rest(node: Node, input: Flow, scope: Scope): Flow {
    if (node.is !== 'PipeExpression') return this.#applied(input, node, scope);
    return this.#applied(this.#rest(child(node, 'Expression'), input, scope), child(node, 'Operator'), scope);
  }

  #filtered(input: Flow, condition: Node, scope: Scope): Flow {
    this.#scalar(condition, scope);
    const seen = this.found.length;
    for (const { reference, times } of input.open) {
      const bounds = (enough: readonly Bound[]) =>
        boundsTime(condition, times, (node) => enough.includes(this.#scalar(node, scope)));
      if (bounds(['asked'])) reference.bounded = true;
      else if (bounds(['asked', 'follows'])) reference.follows = true;
    }
    // What the condition refers to was found before; it is not read again for each side of a comparison.
    this.found.length = seen;
    return input;
  }

  #union(input: Flow, operator: Node, scope: Scope): Flow {
    const flows = [input, ...list(operator, 'Expressions').map((leg) => this.#need(leg, scope))];
    return {
      open: flows.flatMap(({ open }) => open),
      sources: new Set(flows.flatMap(({ sources }) => [...sources])),
      bound: worst(flows.map(({ bound }) => bound)),
    };
  }

  /** A filter after it reaches the left side, where each row of the result has its own row there. */
  #joined(input: Flow, operator: Node, scope: Scope): Flow {
    const right = this.#need(child(operator, 'Expression'), scope);
    const kind = namedParameters(operator).get('kind')?.text ?? '';
    const flow = { ...input, sources: new Set([...input.sources, ...right.sources]) };
    return /^(?:right|full)/.test(kind) ? closed(flow) : flow;
  }

  #scalars(all: readonly Node[], scope: Scope): Bound {
    return worst(all.map((node) => this.#scalar(node, scope)));
  }

  /** Visits every reference within, and says what the value is worth as a bound. */
  #scalar(node: Node, scope: Scope): Bound {
    switch (node.is) {
      case 'Token':
        return 'none';
      case 'LiteralExpression':
        return literalBound(node);
      case 'SimpleNamedExpression':
      case 'ParenthesizedExpression':
        return this.#scalar(child(node, 'Expression'), scope);
      case 'PathExpression':
        return this.#scalar(child(node, 'Expression'), scope);
      case 'ToScalarExpression':
        return this.#valueOf(this.#once(node, scope, () => this.#need(child(node, 'Expression'), scope)));
      case 'NameReference':
        return this.#scalarNamed(node, scope);
      case 'FunctionCallExpression':
        return this.#scalarCall(node, scope);
      case 'InExpression':
        // Only here a name alone may stand for a table: elsewhere it is the column of that name.
        for (const one of list(child(node, 'Right'), 'Expressions')) {
          if (one.is === 'NameReference' && this.#names.isTable(one, scope)) this.#need(one, scope);
        }
        return this.#scalars(Object.values(node.fields), scope);
      default:
        if (this.#names.isTable(node, scope)) return this.#valueOf(this.#need(node, scope));
        return this.#scalars([...Object.values(node.fields), ...node.items], scope);
    }
  }

  #scalarNamed(node: Node, scope: Scope): Bound {
    const found = scope.find(nameOf(node));
    if (found?.kind === 'scalar') return found.bound();
    // A column: it may hold anything.
    return 'ever';
  }

  /** A value of a table is no earlier than what the table is bounded by. */
  #valueOf({ sources, bound }: Flow): Bound {
    if (bound === 'ever') return 'ever';
    if ([...sources].some(({ bounded }) => !bounded)) return 'follows';
    return sources.size > 0 ? 'asked' : bound;
  }

  #scalarCall(node: Node, scope: Scope): Bound {
    const name = nameOf(child(node, 'Name'));
    const given = list(child(node, 'ArgumentList'), 'Expressions');
    const called = this.#names.called(name, scope);
    if (called !== undefined) {
      if (this.#names.isTable(node, scope)) return this.#valueOf(this.#need(node, scope));
      return this.#inBody(name, given, node, scope, (body, inner) => this.#scalar(body, inner));
    }
    const bounds = given.map((arg) => this.#scalar(arg, scope));
    switch (name) {
      case 'now':
      case 'ago':
        return worst([...bounds, 'asked']);
      case 'max_of':
        return largest(bounds);
      case 'iff':
      case 'iif':
        return worst(bounds.slice(1));
      case 'case':
        return worst(bounds.filter((_, i) => i % 2 === 1 || i === bounds.length - 1));
      default:
        return callBound(name, bounds);
    }
  }
}
