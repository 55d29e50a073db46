/** Names that columns get when the text gives none: by the rules of the official symbols. */
import { bridgeArray, kustoLanguage } from './language.ts';
import type { Column } from './scope.ts';
import { child, list, type Node, nameOf } from './tree.ts';

interface Naming {
  /** `ResultNameKind` of the official symbol. */
  readonly kind: number;
  readonly prefix: string;
}

const NAME_AND_ARGUMENT = new Set([1, 2]);
const PREFIX_AND_ARGUMENT = new Set([3, 4]);
const ARGUMENT = new Set([5, 7, 8]);

let namings: ReadonlyMap<string, Naming> | undefined;

function namingOf(name: string): Naming | undefined {
  if (namings === undefined) {
    const { Functions, Aggregates } = kustoLanguage().GlobalState.Default;
    namings = new Map(
      [...bridgeArray(Functions), ...bridgeArray(Aggregates)].map((symbol) => [
        symbol.Name,
        { kind: symbol.ResultNameKind, prefix: symbol.ResultNamePrefix ?? '' },
      ]),
    );
  }
  return namings.get(name);
}

/** Undefined where the engine would say `Column1` or `print_0`. */
export function derivedName(node: Node): string | undefined {
  switch (node.is) {
    case 'NameReference':
      return nameOf(node);
    case 'ParenthesizedExpression':
      return derivedName(child(node, 'Expression'));
    case 'PathExpression':
      return joined(node, nameOf(child(node, 'Selector')));
    case 'ElementExpression': {
      const selector = child(child(node, 'Selector'), 'Expression');
      if (selector.is === 'LiteralExpression') return joined(node, selector.text);
      return joined(node, selector.is === 'PrefixUnaryExpression' ? child(selector, 'Expression').text : '');
    }
    case 'FunctionCallExpression':
      return calledName(node);
    default:
      return undefined;
  }
}

function joined(node: Node, part: string): string | undefined {
  const base = derivedName(child(node, 'Expression'));
  return base === undefined ? undefined : `${base}_${part}`;
}

function calledName(node: Node): string | undefined {
  const name = nameOf(child(node, 'Name'));
  const naming = namingOf(name);
  if (naming === undefined) return undefined;
  const [first] = list(child(node, 'ArgumentList'), 'Expressions');
  const argument = first === undefined ? undefined : derivedName(first);
  if (name === 'take_any' || name === 'any') return argument;
  if (NAME_AND_ARGUMENT.has(naming.kind)) return `${name}_${argument ?? ''}`;
  if (PREFIX_AND_ARGUMENT.has(naming.kind)) return `${naming.prefix}_${argument ?? ''}`;
  return ARGUMENT.has(naming.kind) ? argument : undefined;
}

/** Gives out names of columns: numbers those without one, and those that are taken. */
export class ColumnNames {
  readonly #taken: Set<string>;
  #unnamed = 0;

  constructor(taken: readonly Column[] = []) {
    this.#taken = new Set(taken.map((column) => column.name));
  }

  has(name: string): boolean {
    return this.#taken.has(name);
  }

  take(name: string): string {
    let free = name;
    for (let i = 1; this.#taken.has(free); i++) free = `${name}${i}`;
    this.#taken.add(free);
    return free;
  }

  takeUnnamed(): string {
    this.#unnamed++;
    return this.take(`Column${this.#unnamed}`);
  }
}
