import type { JinjaLimits } from './limits.ts';
import { decodeStringLiteral } from './string-literal.ts';

/** One token inside a tag; `begin`/`end` stand for the tag's own marks, their text is `%` or `{`. */
export interface Token {
  readonly kind: 'begin' | 'end' | 'name' | 'string' | 'number' | 'operator';
  readonly text: string;
  readonly offset: number;
  readonly isDisguised?: boolean;
}

/** Why a template is not one; never leaves this folder. */
export class JinjaFault extends Error {
  readonly isLimit: boolean;
  readonly offset: number;

  constructor(message: string, offset: number, isLimit = false) {
    super(message);
    this.offset = offset;
    this.isLimit = isLimit;
  }
}

const TAG_BEGIN = /\{[{%#]/g;
const RAW = /\{%[-+]?\s*raw\s*[-+]?%\}/y;
const ENDRAW = /\{%[-+]?\s*endraw\s*[-+]?%\}/g;
const SPACE = /\s+/y;
const STRING = /'([^'\\]*(?:\\[\s\S][^'\\]*)*)'|"([^"\\]*(?:\\[\s\S][^"\\]*)*)"/y;
const NUMBER =
  /(?:0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+|(?:\d+_)*\d+(?:\.(?:\d+_)*\d+)?(?:[eE][+-]?(?:\d+_)*\d+)?)/y;
const NAME = /[\p{L}\p{N}\p{M}\p{Pc}]+/uy;
const OPERATOR = /\/\/|\*\*|==|!=|>=|<=|[-+*/%~[\](){}<>=.:|,;]/y;
const CLOSERS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** The tokens of all tags of a template (jinja2/lexer.py with its default marks); text and comments are left out. */
export function tokenize(template: string, limits: JinjaLimits): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < template.length; ) {
    TAG_BEGIN.lastIndex = at;
    const begin = TAG_BEGIN.exec(template);
    if (begin === null) break;
    at = tokenizeTag(template, begin.index, { tokens, limits });
  }
  return tokens;
}

interface Output {
  readonly tokens: Token[];
  readonly limits: JinjaLimits;
}

/** Takes one tag, comment or raw block and returns where it ends. */
function tokenizeTag(template: string, at: number, output: Output): number {
  if (template[at + 1] === '#') return endOfComment(template, at);
  const raw = matchAt(RAW, template, at);
  if (raw !== undefined) return endOfRaw(template, at + raw.length);
  const mark = template[at + 1] === '%' ? '%' : '{';
  push(output, { kind: 'begin', text: mark, offset: at });
  const open: string[] = [];
  let next = at + 2;
  if (template[next] === '-' || template[next] === '+') next++;
  while (next < template.length) {
    next += matchAt(SPACE, template, next)?.length ?? 0;
    const end = open.length === 0 ? lengthOfEnd(template, next, mark) : 0;
    if (end > 0) {
      push(output, { kind: 'end', text: mark, offset: next });
      return next + end;
    }
    const { token, length } = tokenAt(template, next);
    if (token.kind === 'operator') balance(open, token);
    push(output, token);
    next += length;
  }
  throw new JinjaFault('a tag is not closed', at);
}

function tokenAt(template: string, at: number): { token: Token; length: number } {
  const string = matchAt(STRING, template, at);
  if (string !== undefined) {
    const { value, isDisguised } = decodeStringLiteral(string.slice(1, -1));
    return { token: { kind: 'string', text: value, offset: at, isDisguised }, length: string.length };
  }
  const rows = [
    ['number', NUMBER],
    ['name', NAME],
    ['operator', OPERATOR],
  ] as const;
  for (const [kind, pattern] of rows) {
    const text = matchAt(pattern, template, at);
    if (text !== undefined) return { token: { kind, text, offset: at }, length: text.length };
  }
  throw new JinjaFault('a character that no token begins with', at);
}

function balance(open: string[], { text, offset }: Token): void {
  const closer = CLOSERS[text];
  if (closer !== undefined) open.push(closer);
  else if ((text === ')' || text === ']' || text === '}') && open.pop() !== text) {
    throw new JinjaFault('brackets do not match', offset);
  }
}

function lengthOfEnd(template: string, at: number, mark: string): number {
  const end = mark === '%' ? '%}' : '}}';
  if (template.startsWith(end, at)) return 2;
  const isTrimmed = template[at] === '-' || template[at] === '+';
  return isTrimmed && template.startsWith(end, at + 1) ? 3 : 0;
}

function endOfComment(template: string, at: number): number {
  const end = template.indexOf('#}', at + 2);
  if (end < 0) throw new JinjaFault('a comment is not closed', at);
  return end + 2;
}

function endOfRaw(template: string, at: number): number {
  ENDRAW.lastIndex = at;
  const end = ENDRAW.exec(template);
  if (end === null) throw new JinjaFault('a raw block is not closed', at);
  return end.index + end[0].length;
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function push({ tokens, limits }: Output, token: Token): void {
  if (tokens.length >= limits.maxTokens) throw new JinjaFault('too many tokens', token.offset, true);
  tokens.push(token);
}
