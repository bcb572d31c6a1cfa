import { COMMON_WORDS } from './common-words.ts';

/** Rows and columns of keyboards, the alphabet and the digits: who walks along them chose nothing. */
const WALKS = [
  'qwertyuiop',
  'qwertzuiop',
  'azertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'yxcvbnm',
  '1234567890',
  'abcdefghijklmnopqrstuvwxyz',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  '1q2w3e4r5t6y7u8i9o0p',
  '!@#$%^&*()',
  '!"§$%&/()=',
].flatMap((walk) => [walk, Array.from(walk).reverse().join('')]);
const MIN_WALK_CHARS = 3;
/** Letters that people write as other signs. */
const SUBSTITUTES: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

const WALK_BITS = 4;
const WORD_BITS = 8;
const CONTEXT_BITS = 2;
const YEAR_BITS = 6;
const YEAR = /^(?:19|20)\d\d/;

/**
 * About how many bits a guesser needs who tries the usual first: words that everybody takes, walks over the keyboard,
 * years, and any of it repeated. What is none of these counts as random. `context` holds lower-case words that belong to
 * the case: the name of the user, of the product.
 */
export function guessBits(password: string, context: readonly string[]): number {
  const text = Array.from(password.normalize('NFKC').toLowerCase());
  const period = periodOf(text);
  const once = text.slice(0, period);
  return bitsOf(once, context) + Math.log2(text.length / period);
}

/** Length of the shortest beginning that the whole text repeats; a repetition may be cut at the end. */
function periodOf(text: readonly string[]): number {
  for (let period = 1; period <= text.length / 2; period++) {
    if (text.every((char, at) => char === text[at % period])) return period;
  }
  return text.length;
}

function bitsOf(chars: readonly string[], context: readonly string[]): number {
  // The cheapest way to spell each beginning, from left to right.
  const best = new Array<number>(chars.length + 1).fill(Number.POSITIVE_INFINITY);
  best[0] = 0;
  const improve = (at: number, bits: number): void => {
    best[at] = Math.min(best[at] ?? bits, bits);
  };
  for (let at = 0; at < chars.length; at++) {
    const soFar = best[at] ?? 0;
    improve(at + 1, soFar + bitsOfChar(chars, at));
    for (const [length, bits] of piecesAt(chars, at, context)) improve(at + length, soFar + bits);
  }
  return best[chars.length] ?? 0;
}

function bitsOfChar(chars: readonly string[], at: number): number {
  const char = chars[at] ?? '';
  if (char === chars[at - 1]) return 1;
  if (/[\s._-]/u.test(char)) return 2;
  if (/\d/u.test(char)) return 3.3;
  if (/[a-z]/u.test(char)) return 4.7;
  return 6;
}

/** The predictable pieces that begin here: how long, and how many bits. */
function* piecesAt(
  chars: readonly string[],
  at: number,
  context: readonly string[],
): Generator<readonly [length: number, bits: number]> {
  const rest = chars.slice(at).join('');
  if (YEAR.test(rest)) yield [4, YEAR_BITS];
  const spelled = Array.from(rest, (char) => SUBSTITUTES[char] ?? char).join('');
  for (const word of context) if (isAhead(word, rest, spelled)) yield [Array.from(word).length, CONTEXT_BITS];
  for (const word of COMMON_WORDS) if (isAhead(word, rest, spelled)) yield [word.length, WORD_BITS];
  const walked = walkLength(rest);
  for (let length = MIN_WALK_CHARS; length <= walked; length++) yield [length, WALK_BITS + Math.log2(length)];
}

function isAhead(word: string, rest: string, spelled: string): boolean {
  return rest.startsWith(word) || spelled.startsWith(word);
}

function walkLength(rest: string): number {
  let longest = 0;
  for (const walk of WALKS) {
    const start = walk.indexOf(rest.charAt(0));
    if (start < 0) continue;
    let length = 0;
    while (length < rest.length && rest.charAt(length) === walk.charAt(start + length)) length++;
    longest = Math.max(longest, length);
  }
  return longest;
}
