import type { Argument, Expression } from './ast.ts';
import { parseArguments, parsePrimary } from './primary-parser.ts';
import type { TokenReader } from './token-reader.ts';

/** Words behind `is name` that are not its argument. */
const NOT_TEST_ARGUMENTS = ['else', 'or', 'and', 'if', 'in', 'not', 'is', 'recursive'];

/** Attributes, items and calls behind an expression. */
export function parsePostfix(reader: TokenReader, start: Expression): Expression {
  let node = start;
  for (let count = 0; ; count++) {
    reader.limitChain(count);
    const { offset } = reader;
    if (reader.skip('.')) node = parseAttribute(reader, node, offset);
    else if (reader.skip('[')) node = { kind: 'item', object: node, key: parseKey(reader), offset };
    else if (reader.skip('(')) node = { kind: 'call', callee: node, args: parseArguments(reader), offset };
    else return node;
  }
}

/** Filters, tests and calls of their results behind an expression. */
export function parseFilters(reader: TokenReader, start: Expression): Expression {
  let node = start;
  for (let count = 0; ; count++) {
    reader.limitChain(count);
    const { offset } = reader;
    if (reader.skip('|')) node = parseFilter(reader, node, offset);
    else if (reader.skip('is')) node = parseTest(reader, node, offset);
    else if (reader.skip('(')) node = { kind: 'call', callee: node, args: parseArguments(reader), offset };
    else return node;
  }
}

/** One filter behind its `|`. */
export function parseFilter(reader: TokenReader, object: Expression | undefined, offset: number): Expression {
  const name = parseDottedName(reader);
  return { kind: 'filter', object, name, args: reader.skip('(') ? parseArguments(reader) : [], offset };
}

function parseTest(reader: TokenReader, object: Expression, offset: number): Expression {
  const isNegated = reader.skip('not');
  const name = parseDottedName(reader);
  const test: Expression = { kind: 'test', object, name, args: parseTestArguments(reader), offset };
  return isNegated ? { kind: 'operation', operator: 'not', operands: [test], offset } : test;
}

function parseTestArguments(reader: TokenReader): Argument[] {
  if (reader.skip('(')) return parseArguments(reader);
  const token = reader.peek();
  const isArgument =
    token?.kind === 'string' ||
    token?.kind === 'number' ||
    (token?.kind === 'name' && !NOT_TEST_ARGUMENTS.includes(token.text)) ||
    (token?.kind === 'operator' && ['[', '{'].includes(token.text));
  if (!isArgument) return [];
  return [{ name: undefined, value: parsePostfix(reader, parsePrimary(reader)) }];
}

function parseDottedName(reader: TokenReader): string {
  let name = reader.expectKind('name').text;
  while (reader.skip('.')) name += `.${reader.expectKind('name').text}`;
  return name;
}

function parseAttribute(reader: TokenReader, object: Expression, offset: number): Expression {
  const token = reader.next();
  if (token.kind === 'name') return { kind: 'attribute', object, name: token.text, offset };
  if (token.kind !== 'number') throw reader.fault('expected a name behind the dot');
  const key: Expression = { kind: 'literal', value: Number(token.text), isDisguised: false, offset };
  return { kind: 'item', object, key, offset };
}

function parseKey(reader: TokenReader): Expression {
  const { offset } = reader;
  const keys: Expression[] = [];
  do {
    keys.push(parseSlice(reader));
  } while (reader.skip(','));
  reader.expect(']');
  const [only] = keys;
  return only !== undefined && keys.length === 1 ? only : { kind: 'tuple', items: keys, offset };
}

function parseSlice(reader: TokenReader): Expression {
  const { offset } = reader;
  const items: Expression[] = [];
  let colons = 0;
  while (!reader.isNext(']') && !reader.isNext(',')) {
    if (reader.skip(':')) colons++;
    else if (items.length <= colons) items.push(reader.expression());
    else throw reader.fault('expected a colon in the slice');
    if (colons > 2) throw reader.fault('too many colons in a slice');
  }
  const [only] = items;
  if (colons > 0) return { kind: 'slice', items, offset };
  if (only === undefined) throw reader.fault('expected a key in the brackets');
  return only;
}
