import type { Argument, Expression } from './ast.ts';
import type { TokenReader } from './token-reader.ts';
import { parseTuple } from './tuple-parser.ts';

const CONSTANTS: Readonly<Record<string, boolean | null>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
};

/** A constant, a name or something in brackets. */
export function parsePrimary(reader: TokenReader): Expression {
  const { offset } = reader;
  const token = reader.next();
  if (token.kind === 'string') return parseStrings(reader, token);
  if (token.kind === 'number') {
    const value = Number(token.text.replaceAll('_', ''));
    return { kind: 'literal', value, isDisguised: false, offset };
  }
  if (token.kind === 'name') {
    const constant = Object.hasOwn(CONSTANTS, token.text) ? CONSTANTS[token.text] : undefined;
    if (constant === undefined) return { kind: 'name', name: token.text, offset };
    return { kind: 'literal', value: constant, isDisguised: false, offset };
  }
  if (token.kind === 'operator') {
    if (token.text === '(') return parseParentheses(reader, offset);
    if (token.text === '[') return { kind: 'list', items: parseItems(reader), offset };
    if (token.text === '{') return parseDict(reader, offset);
  }
  throw reader.fault('expected an expression');
}

/** The arguments of a call, behind its opening bracket. */
export function parseArguments(reader: TokenReader): Argument[] {
  const args: Argument[] = [];
  while (!reader.skip(')')) {
    if (args.length > 0) reader.expect(',');
    if (reader.skip(')')) break;
    args.push(parseArgument(reader));
  }
  return args;
}

function parseArgument(reader: TokenReader): Argument {
  if (reader.skip('*') || reader.skip('**')) return { name: undefined, value: reader.expression() };
  const isNamed = reader.peek()?.kind === 'name' && reader.isNext('=', 1);
  if (!isNamed) return { name: undefined, value: reader.expression() };
  const name = reader.next().text;
  reader.expect('=');
  return { name, value: reader.expression() };
}

/** Neighbouring string literals are one, as in Python. */
function parseStrings(
  reader: TokenReader,
  first: { text: string; offset: number; isDisguised?: boolean },
): Expression {
  let value = first.text;
  let isDisguised = first.isDisguised === true;
  while (reader.peek()?.kind === 'string') {
    const token = reader.next();
    value += token.text;
    isDisguised ||= token.isDisguised === true;
  }
  return { kind: 'literal', value, isDisguised, offset: first.offset };
}

function parseParentheses(reader: TokenReader, offset: number): Expression {
  if (reader.skip(')')) return { kind: 'tuple', items: [], offset };
  const inner = parseTuple(reader);
  reader.expect(')');
  return inner;
}

function parseItems(reader: TokenReader): Expression[] {
  const items: Expression[] = [];
  while (!reader.skip(']')) {
    if (items.length > 0) reader.expect(',');
    if (reader.skip(']')) break;
    items.push(reader.expression());
  }
  return items;
}

function parseDict(reader: TokenReader, offset: number): Expression {
  const entries: { key: Expression; value: Expression }[] = [];
  while (!reader.skip('}')) {
    if (entries.length > 0) reader.expect(',');
    if (reader.skip('}')) break;
    const key = reader.expression();
    reader.expect(':');
    entries.push({ key, value: reader.expression() });
  }
  return { kind: 'dict', entries, offset };
}
