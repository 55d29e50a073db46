/** Literals of the language as values. */
import { boxed } from './dynamic.ts';
import { KqlError, semantic, unsupported } from './errors.ts';
import { constant, type Expr } from './scope.ts';
import { parseDate, parseLong, parseReal, parseSpan } from './text.ts';
import { child, list, type Node } from './tree.ts';
import { type Type, typeNamed, type Value } from './values.ts';

const literalTypes: Readonly<Record<string, Type>> = {
  Boolean: 'bool',
  Int: 'int',
  Long: 'long',
  Real: 'real',
  DateTime: 'datetime',
  Timespan: 'timespan',
  String: 'string',
  Guid: 'guid',
};

export function literal(node: Node): Expr {
  const type = literalTypes[node.literal];
  if (type === undefined) return unsupported(`the literal ${node.text} (${node.literal})`);
  return constant(literalValue(node.text, type), type);
}

function literalValue(text: string, type: Type): Value {
  if (type === 'string') return text;
  if (text.trim() === 'null') return null;
  const value = typedText(text, type);
  if (value === undefined) throw new KqlError('semantic', `not a ${type}: ${text.slice(0, 60)}`);
  return value;
}

function typedText(text: string, type: Type): Value | undefined {
  switch (type) {
    case 'bool':
      return text.toLowerCase() === 'true' || text === '1';
    case 'int':
    case 'long':
      return parseLong(text);
    case 'real':
      return parseReal(text);
    case 'datetime':
      return parseDate(text.replace(/^(\d+), *(\d+), *(\d+)$/, '$1-$2-$3'));
    case 'timespan':
      return parseSpan(text);
    default:
      return text.toLowerCase();
  }
}

/** `dynamic(…)`: JSON, with literals of the language as well. */
export function dynamicLiteral(node: Node): Value {
  switch (node.is) {
    case 'DynamicExpression':
      return dynamicLiteral(child(node, 'Expression'));
    case 'JsonArrayExpression':
      return list(node, 'Values').map(dynamicLiteral);
    case 'JsonObjectExpression':
      return Object.fromEntries(
        list(node, 'Pairs').map((pair) => [child(pair, 'Name').text, dynamicLiteral(child(pair, 'Value'))]),
      );
    case 'PrefixUnaryExpression': {
      const inner = literal(child(node, 'Expression'));
      const value = inner.value([], 0, []);
      if (child(node, 'Operator').text !== '-' || value === null) return semantic('a dynamic literal');
      return boxed(typeof value === 'bigint' ? -value : -(value as number), inner.type);
    }
    case 'LiteralExpression': {
      if (node.literal === 'Null') return null;
      const { type, value } = literal(node);
      return boxed(value([], 0, []), type);
    }
    default:
      return unsupported(`${node.is} in a dynamic literal`);
  }
}

/** Type that `long`, `typeof(long)` and the like name. */
export function declaredType(node: Node): Type {
  if (node.is === 'TypeOfLiteralExpression') return declaredType(list(node, 'Types')[0]!);
  if (node.is !== 'PrimitiveTypeExpression') return unsupported(`the type ${node.is}`);
  const { text } = child(node, 'Type');
  return typeNamed(text) ?? semantic(`unknown type ${text}`);
}
