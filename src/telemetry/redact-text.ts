import { RULES, SECRET } from './secret-patterns.ts';

/** What of one text is looked at and told, in characters. */
const MAX_LOOKED_AT = 8192;
const MAX_TOLD = 2048;
/** Texts that are remembered for having nothing to hide, and how long each may be: names of fields, paths, callers. */
const MAX_REMEMBERED = 2048;
const MAX_REMEMBERED_LENGTH = 160;
/** Encodings within encodings that are looked into. */
const MAX_DEPTH = 3;

const BASE64_RUN = /[A-Za-z0-9+/_-]{12,}={0,2}/g;
const HEX_RUN = /(?:[0-9A-Fa-f]{2}){8,}/g;
const UNICODE_ESCAPE = /\\u([0-9A-Fa-f]{4})/g;
const ENTITY = /&#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}));/g;
const BLANK = /\s/;
/** Mostly letters, as secrets are once they are decoded. */
const PRINTABLE = /^[\t\n\r\x20-\x7e]+$/;

/** What came out as it went in. Nothing that was redacted is ever in here. */
const clean = new Set<string>();

function remember(text: string): void {
  if (clean.size >= MAX_REMEMBERED) clean.clear();
  clean.add(text);
}

/**
 * A text without the secrets and personal data that can be told by their shape or by the name before them, also where
 * they are written as base64, hex, with percent signs or with escapes. Long texts are cut.
 */
export function redactText(text: string): string {
  if (clean.has(text)) return text;
  const told = redactWhole(text);
  if (told === text && text.length <= MAX_REMEMBERED_LENGTH) remember(text);
  return told;
}

function redactWhole(text: string): string {
  const cut = text.length <= MAX_LOOKED_AT ? text : withoutLastWord(text.slice(0, MAX_LOOKED_AT));
  const redacted = redact(cut, MAX_DEPTH);
  return redacted.length <= MAX_TOLD ? redacted : `${redacted.slice(0, MAX_TOLD)}…`;
}

/** Where a text is cut half a secret may stand, which no pattern knows any more. */
function withoutLastWord(text: string): string {
  let end = text.length;
  while (end > 0 && !BLANK.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

function redact(text: string, depth: number): string {
  let plain = text;
  for (const { pattern, by } of RULES) plain = plain.replace(pattern, by);
  if (depth === 0) return plain;
  const written = unescaped(plain);
  if (written !== plain) {
    const redacted = redact(written, depth - 1);
    if (redacted !== written) plain = redacted;
  }
  plain = plain.replace(HEX_RUN, (run) => (hides(fromHex(run), depth) ? SECRET : run));
  return plain.replace(BASE64_RUN, (run) => (hides(fromBase64(run), depth) ? SECRET : run));
}

function hides(decoded: string | undefined, depth: number): boolean {
  return decoded !== undefined && redact(decoded, depth - 1) !== decoded;
}

/** The text with percent signs, `\u` escapes and character references read; what is malformed stays. */
function unescaped(text: string): string {
  return text
    .replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => fromHex(run.replaceAll('%', ''), true) ?? run)
    .replace(UNICODE_ESCAPE, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(ENTITY, (all, hex: string | undefined, decimal: string | undefined) => {
      const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return point <= 0x10_ffff ? String.fromCodePoint(point) : all;
    });
}

function fromHex(run: string, isAnyText = false): string | undefined {
  const text = Buffer.from(run, 'hex').toString('utf8');
  return isAnyText || PRINTABLE.test(text) ? text : undefined;
}

function fromBase64(run: string): string | undefined {
  const text = Buffer.from(run, 'base64').toString('latin1');
  return PRINTABLE.test(text) ? text : undefined;
}
