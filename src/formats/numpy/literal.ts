/** A Python literal of the few kinds that a header may hold. */
export type Literal =
  | null
  | boolean
  | bigint
  | string
  | { readonly kind: 'tuple' | 'list'; readonly items: readonly Literal[] }
  | { readonly kind: 'dict'; readonly entries: readonly (readonly [Literal, Literal])[] };

/** How deep literals nest. */
const MAX_DEPTH = 32;
/** Digits of a whole number; no shape needs more. */
const MAX_DIGITS = 20;

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  n: '\n',
  t: '\t',
  r: '\r',
};

/**
 * Reads one Python literal and nothing behind it but white space; `undefined` when it is anything else. Nothing is
 * evaluated: no names, operators, calls or comprehensions are known.
 */
export function parseLiteral(text: string): Literal | undefined {
  const parser = new LiteralParser(text);
  try {
    return parser.parse();
  } catch (error) {
    if (error instanceof NoLiteral) return undefined;
    throw error;
  }
}

class NoLiteral extends Error {}

class LiteralParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Literal {
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) throw new NoLiteral();
    return value;
  }

  #space(): void {
    while (/[ \t\n\r\f]/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  #value(depth: number): Literal {
    if (depth > MAX_DEPTH) throw new NoLiteral();
    this.#space();
    const char = this.#text[this.#at] ?? '';
    if (char === '{') return this.#dict(depth);
    if (char === '[') return { kind: 'list', items: this.#items(']', depth).items };
    if (char === '(') return this.#tuple(depth);
    if (char === "'" || char === '"') return this.#string(char);
    return this.#word();
  }

  #word(): Literal {
    const pattern = /(?:True|False|None)\b|[+-]?\d+L?\b/y;
    pattern.lastIndex = this.#at;
    const [word] = pattern.exec(this.#text) ?? [];
    if (word === undefined || word.length > MAX_DIGITS) throw new NoLiteral();
    this.#at += word.length;
    if (word === 'None') return null;
    if (word === 'True' || word === 'False') return word === 'True';
    return BigInt(word.replace('L', '').replace('+', ''));
  }

  #string(quote: string): string {
    let value = '';
    for (this.#at++; ; this.#at++) {
      const char = this.#text[this.#at];
      if (char === undefined || char === '\n') throw new NoLiteral();
      if (char === quote) break;
      value += char === '\\' ? this.#escape() : char;
    }
    this.#at++;
    return value;
  }

  #escape(): string {
    const pattern = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))/y;
    pattern.lastIndex = this.#at;
    const [whole, short, long, other = ''] = pattern.exec(this.#text) ?? [];
    if (whole === undefined) throw new NoLiteral();
    this.#at += whole.length - 1;
    const hex = short ?? long;
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    const plain = Object.hasOwn(ESCAPES, other) ? ESCAPES[other] : undefined;
    if (plain === undefined) throw new NoLiteral();
    return plain;
  }

  #tuple(depth: number): Literal {
    const { items, hasComma } = this.#items(')', depth);
    const [only] = items;
    // One value in brackets is that value.
    return items.length === 1 && !hasComma && only !== undefined ? only : { kind: 'tuple', items };
  }

  #items(end: string, depth: number): { items: Literal[]; hasComma: boolean } {
    const items: Literal[] = [];
    let hasComma = false;
    this.#at++;
    for (;;) {
      this.#space();
      if (this.#take(end)) return { items, hasComma };
      items.push(this.#value(depth + 1));
      this.#space();
      if (this.#take(',')) hasComma = true;
      else if (this.#text[this.#at] !== end) throw new NoLiteral();
    }
  }

  #dict(depth: number): Literal {
    const entries: [Literal, Literal][] = [];
    this.#at++;
    for (;;) {
      this.#space();
      if (this.#take('}')) return { kind: 'dict', entries };
      const key = this.#value(depth + 1);
      this.#space();
      if (!this.#take(':')) throw new NoLiteral();
      entries.push([key, this.#value(depth + 1)]);
      this.#space();
      if (!this.#take(',') && this.#text[this.#at] !== '}') throw new NoLiteral();
    }
  }

  #take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }
}
