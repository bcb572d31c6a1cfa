/*
 * The rules of the terminal. What was asked for goes to stdout, and only that: a pipe gets the same words without
 * colour, width or motion, and with --json exactly one JSON document. Everything said beside it (notes, warnings,
 * progress, prompts, errors) goes to stderr. Messages are lower case, without a full stop, name what was expected
 * and what was got, and an error is followed by one line that starts with `hint:`. Colour only repeats what the
 * words say already; NO_COLOR and TERM=dumb switch it off. Progress moves on one line, only on a terminal, only for
 * work that lasts, and is wiped when the work ends. Secrets are asked for without echo and never shown. Whatever
 * somebody else may have written (names, metadata, paths, messages) is escaped before it is shown, so that no text
 * can move the cursor, change colours or turn the direction of reading. Sizes are in binary units, times in UTC.
 */

/** What is known about where text will be shown. */
export interface Terminal {
  readonly isTerminal: boolean;
  readonly hasColor: boolean;
  /** Width in columns; `undefined` where there is none (a pipe, a file) and nothing is cut. */
  readonly columns: number | undefined;
}

/** Escapes everything that could act on a terminal or hide in it, and backslashes, so that the result is unambiguous. */
export function escapeText(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\\]/gu,
    (character) => ESCAPES[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

/** What a piece of text means; how that looks is decided here only. */
export type Tone = 'plain' | 'strong' | 'quiet' | 'good' | 'warning' | 'bad';

const SGR: Readonly<Record<Tone, number>> = { plain: 0, strong: 1, quiet: 2, good: 32, warning: 33, bad: 31 };

/** Gives text a tone where the terminal has colour. */
export function paint(terminal: Terminal, tone: Tone, text: string): string {
  return terminal.hasColor && tone !== 'plain' ? `\u001b[${SGR[tone]}m${text}\u001b[0m` : text;
}

/** Whether the environment allows colour on a terminal (https://no-color.org). */
export function allowsColor(env: Readonly<Record<string, string | undefined>>): boolean {
  return (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}

/** Columns that text takes: combining marks take none, East Asian wide characters and emoji two. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of GRAPHEMES.segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** The start of text that fits into `columns`, with an ellipsis where something was cut. */
export function fitText(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let kept = '';
  let width = 1;
  for (const { segment } of GRAPHEMES.segment(text)) {
    width += WIDE.test(segment) ? 2 : 1;
    if (width > columns) break;
    kept += segment;
  }
  return `${kept}…`;
}

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
