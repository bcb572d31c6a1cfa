/** Digits whose number a double always holds. */
export const SAFE_DIGITS = 15;

/** Powers of ten that a double holds exactly. */
const POWERS = Array.from({ length: SAFE_DIGITS + 1 }, (_none, exponent) => Number(`1e${exponent}`));

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;

/**
 * Reads elements of a JSON array from `at` on, as long as they are plain numbers with a comma behind them, and answers
 * where the first other one begins. Plain is `12`, `-0.25`: no exponent, and no more digits before the point than a
 * double holds. What it does not read is for whoever knows the rest of JSON: the last element, and every mistake.
 */
export function readPlainNumbers(text: string, at: number, into: unknown[]): number {
  for (let start = at; ; start = at) {
    at = afterSpace(text, at);
    const from = at;
    const isNegative = text.charCodeAt(at) === MINUS;
    if (isNegative) at++;
    const wholeFrom = at;
    let digits = 0;
    let code = text.charCodeAt(at);
    // A number of up to 15 digits is put together exactly, and one division by a power of ten rounds once.
    for (; code >= ZERO && code <= NINE; code = text.charCodeAt(++at)) digits = digits * 10 + (code - ZERO);
    const whole = at - wholeFrom;
    if (!isPlainWhole(text, wholeFrom, whole)) return start;
    let places = 0;
    if (code === DOT) {
      code = text.charCodeAt(++at);
      const placesFrom = at;
      for (; code >= ZERO && code <= NINE; code = text.charCodeAt(++at)) digits = digits * 10 + (code - ZERO);
      places = at - placesFrom;
      if (places === 0) return start;
    }
    const end = at;
    at = afterComma(text, at);
    if (at < 0) return start;
    if (whole + places > SAFE_DIGITS) into.push(Number(text.slice(from, end)));
    else {
      const size = places === 0 ? digits : digits / (POWERS[places] ?? 1);
      into.push(isNegative ? -size : size);
    }
  }
}

/** Whether digits are how JSON writes a whole number, and few enough. */
function isPlainWhole(text: string, from: number, length: number): boolean {
  return length === 1 || (length > 1 && length <= SAFE_DIGITS && text.charCodeAt(from) !== ZERO);
}

/** What comes behind a comma, and white space before it; -1 where something else stands there. */
function afterComma(text: string, at: number): number {
  const comma = text.charCodeAt(at) === COMMA ? at : afterSpace(text, at);
  return text.charCodeAt(comma) === COMMA ? comma + 1 : -1;
}

/** Where the white space from `at` on ends. */
export function afterSpace(text: string, at: number): number {
  let code = text.charCodeAt(at);
  while (code === SPACE || code === LINE_FEED || code === CARRIAGE_RETURN || code === TAB)
    code = text.charCodeAt(++at);
  return at;
}
