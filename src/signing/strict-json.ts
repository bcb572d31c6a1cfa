import { utf8Text } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { MAX_JSON_DEPTH, MAX_JSON_VALUES } from './limits.ts';

const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORDS: readonly (readonly [string, boolean | null])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];

/**
 * The value of a JSON text that can be read in one way only: well-formed UTF-8 without byte order mark, no member
 * twice, no lone surrogates, bounded in depth and number of values. Objects have no prototype. Cap its size before.
 * Throws `SIGNATURE_MALFORMED`.
 */
export function parseStrictJson(bytes: Uint8Array): unknown {
  const text = utf8Text(bytes);
  if (text === undefined) throw malformedSignature('not UTF-8 text');
  return new Parser(text).parse();
}

/** The error of everything that is no signature file, or no statement in one. */
export function malformedSignature(what: string): StrongroomError {
  return new StrongroomError('SIGNATURE_MALFORMED', `not a signature: ${what}`);
}

class Parser {
  readonly #text: string;
  #at = 0;
  #values = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): unknown {
    const value = this.#value(0);
    this.#match(SPACE);
    if (this.#at < this.#text.length) throw this.#unexpected();
    return value;
  }

  #value(depth: number): unknown {
    if (depth > MAX_JSON_DEPTH) throw malformedSignature('the JSON is nested too deep');
    if (++this.#values > MAX_JSON_VALUES) throw malformedSignature('the JSON has too many values');
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
      if (name in object) throw malformedSignature('a member of the JSON stands twice');
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
    if (!text.isWellFormed()) throw malformedSignature('the JSON holds a lone surrogate');
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

  #unexpected(): StrongroomError {
    return malformedSignature(`no JSON at character ${this.#at}`);
  }
}
