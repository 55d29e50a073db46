/** The official syntax tree as plain objects, kept per text: walking the bridge's own nodes is slow. */
import { KqlError } from './errors.ts';
import { type BridgeNode, bridgeArray, bridgeClass, kustoLanguage } from './language.ts';

export interface Node {
  /** Class of the official node (`BinaryExpression`), `Token`, or `List`. */
  readonly is: string;
  /** Of literals: `Long`, `String` and so on. */
  readonly literal: string;
  /** Of tokens: without quotes and the like. Of other nodes: empty. */
  readonly text: string;
  readonly fields: Readonly<Record<string, Node>>;
  /** Of lists, without separators. */
  readonly items: readonly Node[];
  /** Where it begins in the text. */
  readonly start: number;
}

/** More texts than any test run uses at a time. */
const TREES_MAX = 2_000;
const trees = new Map<string, Node>();
let kindNames: ReadonlyMap<number, string> | undefined;

/** @throws KqlError `syntax` */
export function parse(text: string): Node {
  let tree = trees.get(text);
  if (tree === undefined) {
    const code = kustoLanguage().KustoCode.Parse(text);
    const [wrong] = bridgeArray(code.GetSyntaxDiagnostics());
    if (wrong !== undefined) {
      throw new KqlError('syntax', `${wrong.Message} at ${wrong.Start}: ${text.slice(wrong.Start, wrong.Start + 60)}`);
    }
    tree = convert(code.Syntax);
    if (trees.size >= TREES_MAX) trees.delete(trees.keys().next().value ?? '');
    trees.set(text, tree);
  }
  return tree;
}

function convert(node: BridgeNode): Node {
  const is = bridgeClass(node);
  if (is.startsWith('SyntaxToken'))
    return { is: 'Token', literal: '', text: node.ValueText ?? '', fields: {}, items: [], start: node.TextStart };
  if (is === 'SyntaxList')
    return { is: 'List', literal: '', text: '', fields: {}, items: children(node), start: node.TextStart };
  if (is === 'SeparatedElement') return convert(node.GetChild(0)!);
  const fields: Record<string, Node> = {};
  for (let i = 0; i < node.ChildCount; i++) {
    const child = node.GetChild(i);
    if (child !== null) fields[node.GetName(i)] = convert(child);
  }
  const literal = is === 'LiteralExpression' ? kindName(node.Kind).replace('LiteralExpression', '') : '';
  return { is, literal, text: literal === '' ? '' : fields.Token!.text, fields, items: [], start: node.TextStart };
}

function children(node: BridgeNode): Node[] {
  return Array.from({ length: node.ChildCount }, (_, i) => convert(node.GetChild(i)!));
}

function kindName(kind: number): string {
  kindNames ??= new Map(
    Object.entries(kustoLanguage().Syntax.SyntaxKind).map(([name, value]) => [value, name] as const),
  );
  return kindNames.get(kind) ?? '';
}

/** Child that the grammar requires. */
export function child(node: Node, field: string): Node {
  const found = node.fields[field];
  if (found === undefined) throw new KqlError('syntax', `${node.is} without ${field}`);
  return found;
}

export function list(node: Node, field: string): readonly Node[] {
  return node.fields[field]?.items ?? [];
}

/** Name that a name reference or declaration holds, brackets and quotes taken off; a pattern such as `a*` as it is. */
export function nameOf(node: Node): string {
  switch (node.is) {
    case 'Token':
    case 'LiteralExpression':
      return node.text;
    case 'WildcardedName':
      return child(node, 'Pattern').text;
    default:
      return nameOf(child(node, 'Name'));
  }
}

/** Parameters of an operator (`kind=inner`, `hint.strategy=shuffle`) by name. */
export function namedParameters(node: Node, field = 'Parameters'): ReadonlyMap<string, Node> {
  return new Map(list(node, field).map((parameter) => [nameOf(parameter), child(parameter, 'Expression')]));
}

/** Walks the tree depth first. */
export function* nodes(node: Node): Generator<Node> {
  yield node;
  for (const field of Object.values(node.fields)) yield* nodes(field);
  for (const item of node.items) yield* nodes(item);
}
