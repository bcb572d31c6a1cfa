import type { Expression } from './ast.ts';
import { parseFilters, parsePostfix } from './postfix-parser.ts';
import { parsePrimary } from './primary-parser.ts';
import type { TokenReader } from './token-reader.ts';

/** Binary operators from the loosest to the tightest binding (jinja2/parser.py). */
const LEVELS: readonly (readonly string[])[] = [
  ['or'],
  ['and'],
  ['==', '!=', '<', '<=', '>', '>=', 'in', 'not in'],
  ['+', '-'],
  ['~'],
  ['*', '/', '//', '%'],
  ['**'],
];
/** `not` binds between `and` and the comparisons. */
const NOT_LEVEL = 2;

/** One expression; what a `TokenReader` is made with. */
export function parseExpression(reader: TokenReader, withCondition: boolean): Expression {
  let expression = parseLevel(reader, 0);
  for (let count = 0; withCondition && reader.isNext('if'); count++) {
    reader.limitChain(count);
    const { offset } = reader.next();
    const test = parseLevel(reader, 0);
    const otherwise = reader.skip('else') ? reader.expression() : undefined;
    expression = { kind: 'conditional', test, then: expression, otherwise, offset };
  }
  return expression;
}

function parseLevel(reader: TokenReader, level: number): Expression {
  if (level === NOT_LEVEL && reader.isNext('not')) {
    return reader.nested(() => {
      const { offset } = reader.next();
      return { kind: 'operation', operator: 'not', operands: [parseLevel(reader, level)], offset };
    });
  }
  const operators = LEVELS[level];
  if (operators === undefined) return parseUnary(reader, true);
  let left = parseLevel(reader, level + 1);
  for (let count = 0; ; count++) {
    const operator = operators.find((text) => isOperator(reader, text));
    if (operator === undefined) return left;
    reader.limitChain(count);
    const { offset } = reader.next();
    if (operator === 'not in') reader.next();
    left = { kind: 'operation', operator, operands: [left, parseLevel(reader, level + 1)], offset };
  }
}

function isOperator(reader: TokenReader, operator: string): boolean {
  if (operator === 'not in') return reader.isNext('not') && reader.isNext('in', 1);
  return reader.isNext(operator);
}

function parseUnary(reader: TokenReader, withFilter: boolean): Expression {
  const { offset } = reader;
  const sign = ['-', '+'].find((text) => reader.skip(text));
  const operand =
    sign === undefined
      ? parsePostfix(reader, parsePrimary(reader))
      : reader.nested(() => parseUnary(reader, false));
  const node: Expression =
    sign === undefined ? operand : { kind: 'operation', operator: sign, operands: [operand], offset };
  return withFilter ? parseFilters(reader, node) : node;
}
