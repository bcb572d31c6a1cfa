import type { Binding, Expression, Statement } from './ast.ts';
import { parseFilter, parseFilters, parsePostfix } from './postfix-parser.ts';
import { parsePrimary } from './primary-parser.ts';
import type { TokenReader } from './token-reader.ts';
import { parseTuple } from './tuple-parser.ts';

/** Reads one kind of tag, behind its name; `undefined`: nothing that a tree needs. */
type TagParser = (reader: TokenReader, tag: string, offset: number) => Statement | undefined;

/** Statements up to a tag of one of these names, which is left standing behind its `{%`; none: to the end. */
export function parseBody(reader: TokenReader, ends: readonly string[]): Statement[] {
  return reader.nested(() => {
    const body: Statement[] = [];
    while (!reader.isAtEnd) {
      const begin = reader.expectKind('begin');
      if (begin.text === '{') {
        body.push({ kind: 'output', value: parseTuple(reader), offset: begin.offset });
        reader.expectKind('end');
        continue;
      }
      if (ends.some((end) => reader.isNext(end))) return body;
      const statement = parseTag(reader);
      if (statement !== undefined) body.push(statement);
    }
    if (ends.length > 0) throw reader.fault(`${ends.join(' or ')} is missing`);
    return body;
  });
}

function parseTag(reader: TokenReader): Statement | undefined {
  const { text: tag, offset } = reader.expectKind('name');
  const parse = Object.hasOwn(TAGS, tag) ? TAGS[tag] : undefined;
  if (parse === undefined) throw reader.fault('an unknown tag');
  const statement = parse(reader, tag, offset);
  reader.expectKind('end');
  return statement;
}

/** What stands between a tag and its end tag; takes the name of the end tag, not its `%}`. */
function parseBlock(reader: TokenReader, end: string): Statement[] {
  reader.expectKind('end');
  const body = parseBody(reader, [end]);
  reader.expect(end);
  return body;
}

function parseFor(reader: TokenReader, _tag: string, offset: number): Statement {
  const target = parseTarget(reader);
  reader.expect('in');
  const iterable = parseTuple(reader, false);
  const condition = reader.skip('if') ? reader.expression() : undefined;
  reader.skip('recursive');
  reader.expectKind('end');
  const body = parseBody(reader, ['endfor', 'else']);
  const otherwise = reader.skip('else') ? parseBlock(reader, 'endfor') : [];
  if (otherwise.length === 0) reader.skip('endfor');
  return { kind: 'for', target, iterable, condition, body, otherwise, offset };
}

function parseIf(reader: TokenReader, _tag: string, offset: number): Statement {
  const branches: { test: Expression; body: Statement[] }[] = [];
  do {
    const test = parseTuple(reader);
    reader.expectKind('end');
    branches.push({ test, body: parseBody(reader, ['elif', 'else', 'endif']) });
  } while (reader.skip('elif'));
  if (reader.skip('else')) return { kind: 'if', branches, otherwise: parseBlock(reader, 'endif'), offset };
  reader.expect('endif');
  return { kind: 'if', branches, otherwise: [], offset };
}

function parseSet(reader: TokenReader, _tag: string, offset: number): Statement {
  const target = parseTarget(reader);
  if (reader.skip('=')) return { kind: 'set', target, value: parseTuple(reader), body: [], offset };
  const value = parseFilters(reader, { kind: 'tuple', items: [], offset });
  return { kind: 'set', target, value, body: parseBlock(reader, 'endset'), offset };
}

/** Names, dotted names (`namespace` members) or several of them. */
function parseTarget(reader: TokenReader): Expression {
  const { offset } = reader;
  const items: Expression[] = [];
  do {
    if (items.length > 0 && (reader.isNext('in') || reader.isNext('='))) break;
    items.push(parsePostfix(reader, parsePrimary(reader)));
  } while (reader.skip(','));
  const [only] = items;
  return only !== undefined && items.length === 1 ? only : { kind: 'tuple', items, offset };
}

function parseMacro(reader: TokenReader, _tag: string, offset: number): Statement {
  const name = reader.expectKind('name').text;
  reader.expect('(');
  const parameters = parseBindings(reader, ')');
  return { kind: 'macro', name, parameters, call: undefined, body: parseBlock(reader, 'endmacro'), offset };
}

function parseCall(reader: TokenReader, _tag: string, offset: number): Statement {
  const parameters = reader.skip('(') ? parseBindings(reader, ')') : [];
  const call = reader.expression();
  return { kind: 'macro', name: undefined, parameters, call, body: parseBlock(reader, 'endcall'), offset };
}

function parseBindings(reader: TokenReader, end: string): Binding[] {
  const bindings: Binding[] = [];
  while (!reader.skip(end)) {
    if (bindings.length > 0) reader.expect(',');
    const { text: name, offset } = reader.expectKind('name');
    const value = reader.skip('=') ? reader.expression() : undefined;
    bindings.push({ target: { kind: 'name', name, offset }, value });
  }
  return bindings;
}

function parseWith(reader: TokenReader, tag: string, offset: number): Statement {
  const bindings: Binding[] = [];
  while (reader.peek()?.kind !== 'end') {
    if (bindings.length > 0) reader.expect(',');
    const target = parsePrimary(reader);
    reader.expect('=');
    bindings.push({ target, value: reader.expression() });
  }
  return { kind: 'scope', tag, bindings, expression: undefined, body: parseBlock(reader, 'endwith'), offset };
}

function parseFilterBlock(reader: TokenReader, tag: string, offset: number): Statement {
  const expression = parseFilters(reader, parseFilter(reader, undefined, offset));
  return { kind: 'scope', tag, bindings: [], expression, body: parseBlock(reader, 'endfilter'), offset };
}

/** `generation`, `autoescape`, `block`: a body that is what it is. */
function parseScope(reader: TokenReader, tag: string, offset: number): Statement {
  const expression = reader.peek()?.kind === 'end' ? undefined : reader.expression();
  while (reader.peek()?.kind === 'name') reader.next();
  const body = parseBlock(reader, `end${tag}`);
  while (reader.peek()?.kind === 'name') reader.next();
  return { kind: 'scope', tag, bindings: [], expression, body, offset };
}

function parseLoad(reader: TokenReader, tag: string, offset: number): Statement {
  const source = reader.expression();
  while (reader.peek() !== undefined && reader.peek()?.kind !== 'end') reader.next();
  return { kind: 'load', tag, source, offset };
}

function parseDo(reader: TokenReader, _tag: string, offset: number): Statement {
  return { kind: 'output', value: parseTuple(reader), offset };
}

const TAGS: Readonly<Record<string, TagParser>> = {
  for: parseFor,
  if: parseIf,
  set: parseSet,
  macro: parseMacro,
  call: parseCall,
  with: parseWith,
  filter: parseFilterBlock,
  generation: parseScope,
  autoescape: parseScope,
  block: parseScope,
  include: parseLoad,
  import: parseLoad,
  from: parseLoad,
  extends: parseLoad,
  do: parseDo,
  break: () => undefined,
  continue: () => undefined,
};
