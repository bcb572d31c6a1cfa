import { bufferView } from '../../bytes/index.ts';
import { type ProblemLog, quoteText } from '../problem-log.ts';
import type { JsonLimits } from './limits.ts';
import { endOfNumber, endOfString, endOfWord, isSpace, parseStringToken } from './tokens.ts';

/** What a scan tells; offsets are bytes from the start of the text. */
export interface JsonVisitor {
  startObject?(offset: number): void;
  startArray?(offset: number): void;
  endObject?(offset: number): void;
  endArray?(offset: number): void;
  /** A key of the innermost object; `isDuplicate` when that object had it before. */
  key?(key: string, offset: number, isDuplicate: boolean): void;
  string?(text: string, offset: number): void;
  /** A number as it is spelled. */
  number?(text: string, offset: number): void;
  literal?(value: boolean | null, offset: number): void;
}

type Expect = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'comma-or-end' | 'nothing';

const QUOTE = 0x22;
const BRACE_OPEN = 0x7b;
const BRACE_CLOSE = 0x7d;
const BRACKET_OPEN = 0x5b;
const BRACKET_CLOSE = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;

/** The grammar of JSON as a machine over pieces of the text; keeps no text beyond the keys of open objects. */
export class JsonScanner {
  /** Nothing more is wanted: broken, or at a limit. */
  isDone = false;
  readonly #visitor: JsonVisitor;
  readonly #log: ProblemLog;
  readonly #limits: JsonLimits;
  /** One entry per open container: its keys, or `undefined` for an array. */
  readonly #open: (Set<string> | undefined)[] = [];
  #expect: Expect = 'value';
  #values = 0;
  #numbers = 0;
  #openKeys = 0;
  #isFirst = true;

  constructor(visitor: JsonVisitor, log: ProblemLog, limits: JsonLimits) {
    this.#visitor = visitor;
    this.#log = log;
    this.#limits = limits;
  }

  /** Takes the text from `start` on; returns how many bytes of it were used up, the rest must come again. */
  advance(bytes: Uint8Array, start: number, isLast: boolean): number {
    let at = this.#skipByteOrderMark(bytes, start);
    while (!this.isDone) {
      while (at < bytes.length && isSpace(bytes[at] ?? 0)) at++;
      if (at >= bytes.length) break;
      const end = this.#token(bytes, at, { start, isLast });
      if (end === undefined) return at;
      at = end;
    }
    if (isLast && !this.isDone && this.#expect !== 'nothing') {
      this.#fail('JSON_TRUNCATED', start + at, 'the json text ends before its value does');
    }
    return at;
  }

  #skipByteOrderMark(bytes: Uint8Array, start: number): number {
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    if (!isFirst || bytes[0] !== 0xef || bytes[1] !== 0xbb || bytes[2] !== 0xbf) return 0;
    this.#log.notice('JSON_BYTE_ORDER_MARK', start, 'a byte order mark before the json text');
    return 3;
  }

  /** Handles the token at `at` and returns where it ends; `undefined`: it is not wholly there yet. */
  #token(bytes: Uint8Array, at: number, piece: { start: number; isLast: boolean }): number | undefined {
    const offset = piece.start + at;
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) return this.#stringToken(bytes, at, piece);
    if (byte === COMMA) this.#comma(offset);
    else if (byte === COLON) this.#step(this.#expect === 'colon', 'value', offset);
    else if (byte === BRACE_OPEN || byte === BRACKET_OPEN) this.#openContainer(byte === BRACE_OPEN, offset);
    else if (byte === BRACE_CLOSE || byte === BRACKET_CLOSE) this.#close(byte === BRACE_CLOSE, offset);
    else return this.#plainToken(bytes, at, piece);
    return at + 1;
  }

  #stringToken(bytes: Uint8Array, at: number, piece: { start: number; isLast: boolean }): number | undefined {
    const offset = piece.start + at;
    const end = endOfString(bytes, at);
    if (end === undefined) return this.#unfinished(bytes.length - at, offset, piece.isLast);
    const text = parseStringToken(bytes.subarray(at, end));
    if (text === undefined) {
      this.#fail('JSON_STRING_INVALID', offset, 'a string with control characters, bad escapes or bad utf-8');
    } else if (this.#expect === 'key' || this.#expect === 'key-or-end') this.#key(text, offset);
    else if (this.#value(offset)) this.#visitor.string?.(text, offset);
    return end;
  }

  #plainToken(bytes: Uint8Array, at: number, piece: { start: number; isLast: boolean }): number | undefined {
    const offset = piece.start + at;
    const end = endOfWord(bytes, at);
    if (end === bytes.length && !piece.isLast) return this.#unfinished(end - at, offset, false);
    const word = bufferView(bytes).toString('latin1', at, Math.min(end, at + this.#limits.maxTokenBytes));
    if (end > at && endOfNumber(word) === word.length) {
      if (this.#number(offset)) this.#visitor.number?.(word, offset);
    } else if (/^-?(?:NaN|Infinity)$/.test(word)) {
      this.#log.notice('JSON_NUMBER_NOT_FINITE', offset, 'a number that json does not have');
      if (this.#number(offset)) this.#visitor.number?.(word, offset);
    } else this.#literal(word, offset);
    return Math.max(end, at + 1);
  }

  #literal(word: string, offset: number): void {
    const value = word === 'true' ? true : word === 'false' ? false : null;
    if (value === null && word !== 'null') {
      this.#fail('JSON_TOKEN_INVALID', offset, `not json here: ${quoteText(word, 20)}`);
    } else if (this.#value(offset)) this.#visitor.literal?.(value, offset);
  }

  #unfinished(held: number, offset: number, isLast: boolean): number | undefined {
    if (isLast) this.#fail('JSON_TRUNCATED', offset, 'the json text ends inside a string');
    else if (held > this.#limits.maxTokenBytes) this.#stop(offset, 'a string or number is too long');
    return undefined;
  }

  #key(key: string, offset: number): void {
    const keys = this.#open.at(-1);
    const isDuplicate = keys?.has(key) === true;
    if (isDuplicate) {
      this.#log.error('JSON_DUPLICATE_KEY', offset, `the key ${quoteText(key)} appears twice in one object`);
    } else {
      keys?.add(key);
      if (++this.#openKeys > this.#limits.maxOpenKeys) this.#stop(offset, 'too many keys in open objects');
    }
    this.#expect = 'colon';
    this.#visitor.key?.(key, offset, isDuplicate);
  }

  #comma(offset: number): void {
    const next = this.#open.at(-1) === undefined ? 'value' : 'key';
    this.#step(this.#expect === 'comma-or-end' && this.#open.length > 0, next, offset);
  }

  #openContainer(isObject: boolean, offset: number): void {
    if (!this.#value(offset)) return;
    if (this.#open.length >= this.#limits.maxDepth) {
      this.#stop(offset, `json nests deeper than ${this.#limits.maxDepth}`);
      return;
    }
    this.#open.push(isObject ? new Set() : undefined);
    this.#expect = isObject ? 'key-or-end' : 'value-or-end';
    if (isObject) this.#visitor.startObject?.(offset);
    else this.#visitor.startArray?.(offset);
  }

  #close(isObject: boolean, offset: number): void {
    const keys = this.#open.at(-1);
    const isOpen = this.#open.length > 0 && (keys !== undefined) === isObject;
    const isEnd =
      this.#expect === 'comma-or-end' || this.#expect === (isObject ? 'key-or-end' : 'value-or-end');
    this.#step(isOpen && isEnd, 'comma-or-end', offset);
    if (this.isDone) return;
    this.#open.pop();
    this.#openKeys -= keys?.size ?? 0;
    if (this.#open.length === 0) this.#expect = 'nothing';
    if (isObject) this.#visitor.endObject?.(offset);
    else this.#visitor.endArray?.(offset);
  }

  /** Whether a value may stand here; notes it when not. */
  #value(offset: number): boolean {
    if (this.#expect === 'nothing') {
      this.#fail('JSON_TRAILING', offset, 'more text behind the json value');
      return false;
    }
    this.#step(this.#expect === 'value' || this.#expect === 'value-or-end', 'comma-or-end', offset);
    if (!this.isDone && this.#open.length === 0) this.#expect = 'nothing';
    if (++this.#values > this.#limits.maxValues)
      this.#stop(offset, `more than ${this.#limits.maxValues} values`);
    return !this.isDone;
  }

  #number(offset: number): boolean {
    if (++this.#numbers > this.#limits.maxNumbers) {
      this.#stop(offset, `more than ${this.#limits.maxNumbers} numbers`);
      return false;
    }
    // Numbers have a limit of their own.
    this.#values--;
    return this.#value(offset);
  }

  #step(isAllowed: boolean, next: Expect, offset: number): void {
    if (isAllowed) this.#expect = next;
    else this.#fail('JSON_GRAMMAR', offset, 'the json text breaks the grammar here');
  }

  #fail(code: string, offset: number, message: string): void {
    this.#log.error(code, offset, message);
    this.isDone = true;
  }

  #stop(offset: number, message: string): void {
    this.#log.limit('JSON_LIMIT', offset, message);
    this.isDone = true;
  }
}
