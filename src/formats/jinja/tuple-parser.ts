import type { Expression } from './ast.ts';
import type { TokenReader } from './token-reader.ts';

/** One or several expressions with commas between; several, or a comma at the end, make a tuple. */
export function parseTuple(reader: TokenReader, withCondition = true): Expression {
  const { offset } = reader;
  const items: Expression[] = [];
  let isTuple = false;
  do {
    if (items.length > 0 && endsTuple(reader)) break;
    items.push(reader.expression(withCondition));
    isTuple = reader.isNext(',');
  } while (reader.skip(',') && items.length > 0);
  const [only] = items;
  return only !== undefined && items.length === 1 && !isTuple ? only : { kind: 'tuple', items, offset };
}

function endsTuple(reader: TokenReader): boolean {
  return (
    reader.peek()?.kind === 'end' ||
    [')', ']', '}', 'in', 'if', 'recursive', '=', 'else'].some((text) => reader.isNext(text))
  );
}
