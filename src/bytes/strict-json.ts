import { utf8Text } from './encoding.ts';

const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORDS: readonly (readonly [string, boolean | null])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];

/** What a JSON text may have at most, and the error for one that is not read. */
export interface StrictJsonOptions {
  /** Deepest nesting; a plain value has depth 0. */
  readonly maxDepth: number;
  readonly maxValues: number;
  /** Names that no member may have; by default any name is taken. */
  readonly refusedNames?: ReadonlySet<string>;
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
    this.#match(SPACE);
    if (this.#at < this.#text.length) throw this.#unexpected();
    return value;
  }

  #value(depth: number): unknown {
    if (depth > this.#options.maxDepth) throw this.#options.malformed('the JSON is nested too deep');
    if (++this.#values > this.#options.maxValues)
      throw this.#options.malformed('the JSON has too many values');
    this.#match(SPACE);
    const next = this.#text[this.#at];
    if (next === '{') return this.#object(depth);
    if (next === '[') return this.#array(depth);
    if (next === '"') return this.#string();
    for (const [word, value] of WORDS) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return value;
    }
    const number = Number(this.#match(NUMBER));
    if (!Number.isFinite(number)) throw this.#unexpected();
    return number;
  }

  #object(depth: number): Readonly<Record<string, unknown>> {
    const object = Object.create(null) as Record<string, unknown>;
    this.#at++;
    if (this.#skip('}')) return object;
    do {
      this.#match(SPACE);
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
    do array.push(this.#value(depth + 1));
    while (this.#skip(','));
    if (!this.#skip(']')) throw this.#unexpected();
    return array;
  }

  #string(): string {
    const text = JSON.parse(this.#match(STRING)) as string;
    if (!text.isWellFormed()) throw this.#options.malformed('the JSON holds a lone surrogate');
    return text;
  }

  /** Goes over white space and this character; `false` when another one stands there. */
  #skip(character: string): boolean {
    this.#match(SPACE);
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw this.#unexpected();
    this.#at += found.length;
    return found;
  }

  #unexpected(): Error {
    return this.#options.malformed(`no JSON at character ${this.#at}`);
  }
}
