import { utf8Text } from './encoding.ts';
import { afterSpace, readPlainNumbers, SAFE_DIGITS } from './json-numbers.ts';

/** What a JSON text may have at most, and the error for one that is not read. */
export interface StrictJsonOptions {
  /** Deepest nesting; a plain value has depth 0. */
  readonly maxDepth: number;
  readonly maxValues: number;
  /** Names that no member may have; by default any name is taken. */
  readonly refusedNames?: ReadonlySet<string>;
  /** Whole numbers that a double cannot hold without loss come as `bigint`; by default as the nearest double. */
  readonly hasBigIntegers?: boolean;
  /** The tokens `NaN`, `Infinity` and `-Infinity`, which Python and RapidJSON write, are numbers; by default no JSON. */
  readonly hasNonFinite?: boolean;
  /** Makes the error to throw; `what` says what is wrong and quotes nothing of the text. */
  readonly malformed: (what: string) => Error;
}

/**
 * The value of a JSON text that can be read in one way only: well-formed UTF-8 without byte order mark, no member
 * twice, no lone surrogates, bounded in depth and number of values. Objects have no prototype. Cap its size before.
 */
export function parseStrictJson(bytes: Uint8Array, options: StrictJsonOptions): unknown {
  const text = utf8Text(bytes);
  if (text === undefined) throw options.malformed('not UTF-8 text');
  return new Parser(text, options).parse();
}

const WORDS: readonly (readonly [string, boolean | null])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];
const NON_FINITE: readonly (readonly [string, number])[] = [
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
];
/** Digits of the greatest 64-bit integer; what is longer is no integer of anybody's. */
const MAX_BIG_DIGITS = 20;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const PLUS = 0x2b;
const DOT = 0x2e;
const ZERO = 0x30;
const LAST_CONTROL = 0x1f;

// By character codes: tensors are a million numbers in one text, and a pattern for each would cost as much as a model.
class Parser {
  readonly #text: string;
  readonly #options: StrictJsonOptions;
  #at = 0;
  #values = 0;

  constructor(text: string, options: StrictJsonOptions) {
    this.#text = text;
    this.#options = options;
  }

  parse(): unknown {
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) throw this.#unexpected();
    return value;
  }

  #value(depth: number): unknown {
    if (depth > this.#options.maxDepth) throw this.#options.malformed('the JSON is nested too deep');
    this.#count(1);
    this.#space();
    const next = this.#text[this.#at];
    if (next === '{') return this.#object(depth);
    if (next === '[') return this.#array(depth);
    if (next === '"') return this.#string();
    if (this.#isDigit(this.#at) || (next === '-' && this.#isDigit(this.#at + 1))) return this.#number();
    return this.#word();
  }

  #count(values: number): void {
    this.#values += values;
    if (this.#values > this.#options.maxValues) throw this.#options.malformed('the JSON has too many values');
  }

  #word(): boolean | number | null {
    const words = this.#options.hasNonFinite === true ? [...WORDS, ...NON_FINITE] : WORDS;
    for (const [word, value] of words) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return value;
    }
    throw this.#unexpected();
  }

  #object(depth: number): Readonly<Record<string, unknown>> {
    const object = Object.create(null) as Record<string, unknown>;
    this.#at++;
    if (this.#skip('}')) return object;
    do {
      this.#space();
      const name = this.#string();
      if (name in object) throw this.#options.malformed('a member of the JSON stands twice');
      if (this.#options.refusedNames?.has(name) === true)
        throw this.#options.malformed('a member of the JSON has a name that is not taken');
      if (!this.#skip(':')) throw this.#unexpected();
      object[name] = this.#value(depth + 1);
    } while (this.#skip(','));
    if (!this.#skip('}')) throw this.#unexpected();
    return object;
  }

  #array(depth: number): readonly unknown[] {
    const array: unknown[] = [];
    this.#at++;
    if (this.#skip(']')) return array;
    do {
      const known = array.length;
      this.#at = readPlainNumbers(this.#text, this.#at, array);
      this.#count(array.length - known);
      array.push(this.#value(depth + 1));
    } while (this.#skip(','));
    if (!this.#skip(']')) throw this.#unexpected();
    return array;
  }

  #string(): string {
    const text = this.#text;
    const start = this.#at;
    if (text.charCodeAt(start) !== QUOTE) throw this.#unexpected();
    let at = start + 1;
    let code = text.charCodeAt(at);
    while (code > LAST_CONTROL && code !== QUOTE && code !== BACKSLASH) code = text.charCodeAt(++at);
    if (code !== QUOTE) return this.#escapedString();
    this.#at = at + 1;
    return text.slice(start + 1, at);
  }

  #escapedString(): string {
    const text = this.#text;
    let end = this.#at + 1;
    while (end < text.length && text.charCodeAt(end) !== QUOTE)
      end += text.charCodeAt(end) === BACKSLASH ? 2 : 1;
    const value = this.#unescaped(text.slice(this.#at, end + 1));
    if (!value.isWellFormed()) throw this.#options.malformed('the JSON holds a lone surrogate');
    this.#at = end + 1;
    return value;
  }

  #unescaped(token: string): string {
    try {
      return JSON.parse(token) as string;
    } catch {
      throw this.#unexpected();
    }
  }

  #number(): number | bigint {
    const start = this.#at;
    if (this.#text.charCodeAt(start) === MINUS) this.#at++;
    const digitsFrom = this.#at;
    if (this.#text.charCodeAt(this.#at) === ZERO) this.#at++;
    else this.#digits();
    const digitCount = this.#at - digitsFrom;
    const isInteger = !this.#fraction() && !this.#exponent();
    const text = this.#text.slice(start, this.#at);
    const number = Number(text);
    if (!Number.isFinite(number)) throw this.#options.malformed('a number of the JSON is beyond a double');
    const isBig = isInteger && digitCount > SAFE_DIGITS && digitCount <= MAX_BIG_DIGITS;
    return isBig && this.#options.hasBigIntegers === true && !Number.isSafeInteger(number)
      ? BigInt(text)
      : number;
  }

  /** Goes over a fraction; `false` where none stands. */
  #fraction(): boolean {
    if (this.#text.charCodeAt(this.#at) !== DOT) return false;
    this.#at++;
    this.#digits();
    this.#exponent();
    return true;
  }

  #exponent(): boolean {
    const next = this.#text[this.#at];
    if (next !== 'e' && next !== 'E') return false;
    const sign = this.#text.charCodeAt(++this.#at);
    if (sign === PLUS || sign === MINUS) this.#at++;
    this.#digits();
    return true;
  }

  /** Goes over one digit or more. */
  #digits(): void {
    const start = this.#at;
    while (this.#isDigit(this.#at)) this.#at++;
    if (this.#at === start) throw this.#unexpected();
  }

  #isDigit(at: number): boolean {
    const code = this.#text.charCodeAt(at);
    return code >= ZERO && code <= 0x39;
  }

  /** Goes over this character; `false` when another one stands there. */
  #skip(character: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #space(): void {
    this.#at = afterSpace(this.#text, this.#at);
  }

  #unexpected(): Error {
    return this.#options.malformed(`no JSON at character ${this.#at}`);
  }
}
