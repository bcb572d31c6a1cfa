import type { Expression } from './ast.ts';
import { JinjaFault, type Token } from './lexer.ts';
import type { JinjaLimits } from './limits.ts';

/** Chains are wider than nests: real templates join up to fifty strings. */
const CHAIN_FACTOR = 8;

interface TemplateTokens {
  readonly tokens: readonly Token[];
  /** Of the whole template. */
  readonly length: number;
}

/** Reads one expression; handed in, because expressions contain expressions. */
type ExpressionParser = (reader: TokenReader, withCondition: boolean) => Expression;

/** The tokens of a template, one after another, with the depth that the parsers have reached. */
export class TokenReader {
  readonly limits: JinjaLimits;
  readonly #tokens: readonly Token[];
  readonly #length: number;
  readonly #parseExpression: ExpressionParser;
  #at = 0;
  #depth = 0;

  constructor(template: TemplateTokens, limits: JinjaLimits, parseExpression: ExpressionParser) {
    this.#tokens = template.tokens;
    this.#length = template.length;
    this.limits = limits;
    this.#parseExpression = parseExpression;
  }

  /** One expression, with `a if b else c` unless that `if` belongs to a loop. */
  expression(withCondition = true): Expression {
    return this.nested(() => this.#parseExpression(this, withCondition));
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  /** Where the next token stands. */
  get offset(): number {
    return this.#tokens[this.#at]?.offset ?? this.#length;
  }

  peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#at + ahead];
  }

  /** Whether the next token is this one; strings never are. */
  isNext(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token !== undefined && (token.kind === 'operator' || token.kind === 'name') && token.text === text;
  }

  /** The next token, which must be there. */
  next(): Token {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw this.fault('the template ends too early');
    this.#at++;
    return token;
  }

  /** Takes the next token if it is this one. */
  skip(text: string): boolean {
    if (!this.isNext(text)) return false;
    this.#at++;
    return true;
  }

  /** Takes the next token, which must be this one. */
  expect(text: string): void {
    if (!this.skip(text)) throw this.fault(`expected ${text}`);
  }

  /** Takes the next token, which must be of this kind. */
  expectKind(kind: Token['kind']): Token {
    if (this.peek()?.kind !== kind) throw this.fault(`expected a ${kind}`);
    return this.next();
  }

  /** One level deeper while `parse` runs. */
  nested<Result>(parse: () => Result): Result {
    if (++this.#depth > this.limits.maxDepth) throw new JinjaFault('nested too deeply', this.offset, true);
    const result = parse();
    this.#depth--;
    return result;
  }

  /** Chains make trees that are as deep as they are long. */
  limitChain(count: number): void {
    if (count > CHAIN_FACTOR * this.limits.maxDepth) {
      throw new JinjaFault('a chain of operators is too long', this.offset, true);
    }
  }

  fault(message: string): JinjaFault {
    return new JinjaFault(message, this.offset);
  }
}
