/** What names stand for: those of `let` and of arguments, functions, tables. */
import { child, list, type Node, nameOf, parse } from '../../kql/tree.ts';
import type { Bound } from './bounds.ts';
import { type Binding, type Flow, Scope, type Tables } from './scope.ts';

interface Evaluate {
  table(node: Node, scope: Scope): Flow;
  scalar(node: Node, scope: Scope): Bound;
}

export class Names {
  readonly #tables: Tables;
  readonly #evaluate: Evaluate;

  constructor(tables: Tables, evaluate: Evaluate) {
    this.#tables = tables;
    this.#evaluate = evaluate;
  }

  /** The scope of what comes after a statement: a `let` sees those before it, not itself. */
  declare(statement: Node, scope: Scope): Scope {
    // Parameters of a query are in sight already, by what was given for them.
    if (statement.is !== 'LetStatement') return scope;
    const after = new Scope(scope.source, scope, scope);
    after.names.set(nameOf(child(statement, 'Name')), this.binding(child(statement, 'Expression'), scope));
    return after;
  }

  /** A name for an expression, which is evaluated where the name is used. */
  binding(node: Node, scope: Scope): Binding {
    if (node.is === 'FunctionDeclaration') return { kind: 'function', declaration: node, scope };
    if (this.isTable(node, scope)) return { kind: 'table', flow: () => this.#evaluate.table(node, scope) };
    return { kind: 'scalar', bound: () => this.#evaluate.scalar(node, scope) };
  }

  isTable(node: Node, scope: Scope): boolean {
    switch (node.is) {
      case 'PipeExpression':
      case 'MaterializeExpression':
      case 'DataTableExpression':
        return true;
      case 'ParenthesizedExpression':
        return this.isTable(child(node, 'Expression'), scope);
      case 'NameReference': {
        const found = scope.find(nameOf(node));
        return found === undefined ? this.#isKnown(nameOf(node)) : found.kind === 'table';
      }
      case 'FunctionCallExpression': {
        const name = nameOf(child(node, 'Name'));
        const called = this.called(name, scope);
        if (called === undefined) return name === 'materialized_view' || name === 'table';
        return this.isTable(child(child(called.declaration, 'Body'), 'Expression'), this.#bodyNames(called));
      }
      default:
        return node.is.endsWith('Operator');
    }
  }

  /** Enough of a body's names to tell whether it gives a table. */
  #bodyNames({ declaration, scope }: { declaration: Node; scope: Scope }): Scope {
    return list(child(declaration, 'Body'), 'Statements').reduce(
      (inner, statement) => this.declare(statement, inner),
      scope,
    );
  }

  #isKnown(name: string): boolean {
    return this.#tables.tables.has(name) || this.#tables.functions.has(name);
  }

  called(name: string, scope: Scope, site = ''): { declaration: Node; scope: Scope } | undefined {
    const found = scope.find(name);
    if (found !== undefined) return found.kind === 'function' ? found : undefined;
    const stored = this.#tables.functions.get(name);
    if (stored === undefined) return undefined;
    const source = `let stored = ${stored.parameters} ${stored.body}`;
    const declaration = child(list(parse(source), 'Statements')[0]!, 'Expression');
    return {
      declaration,
      scope: new Scope(source, { within: [...scope.within, name], sites: [...scope.sites, site] }),
    };
  }
}
