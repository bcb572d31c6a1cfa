import { crc32 } from 'node:zlib';
import { SecretBytes, utf8Bytes, utf8Text } from '../bytes/index.ts';
import { hkdfExpand, randomBytes } from '../crypto/index.ts';

/** What a token is for, told by its first letters. */
export type TokenKind = 'personal' | 'service-account' | 'refresh' | 'bootstrap' | 'invitation';

const PREFIXES: Readonly<Record<TokenKind, string>> = {
  personal: 'srp_',
  'service-account': 'srs_',
  refresh: 'srr_',
  bootstrap: 'srb_',
  invitation: 'sri_',
};
const KINDS = new Map(Object.entries(PREFIXES).map(([kind, prefix]) => [prefix, kind as TokenKind]));

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BODY_CHARS = 32;
const CHECK_CHARS = 6;
const PREFIX_CHARS = 4;
/** Every token is this long: prefix, 32 digits (190 bits), 6 digits of its checksum. */
export const TOKEN_CHARS = PREFIX_CHARS + BODY_CHARS + CHECK_CHARS;
const SHAPE = /^sr[psrbi]_[0-9A-Za-z]{38}$/;
/** Bytes below it give every digit equally often. */
const FAIR_BYTES = 256 - (256 % DIGITS.length);

/** A fresh token (docs/spec/tokens.md): the shape lets scanners for leaked secrets recognise it offline. */
export function mintToken(kind: TokenKind): SecretBytes {
  let body = '';
  while (body.length < BODY_CHARS) body += digitsOf(randomBytes(2 * BODY_CHARS));
  return assemble(kind, body);
}

/**
 * The token that follows from a key and a label, the same every time: nobody without the key can tell it from a fresh
 * one, and whoever asks twice with the same right gets the same answer.
 */
export function deriveToken(kind: TokenKind, key: SecretBytes, info: Uint8Array): SecretBytes {
  // Of 256 bytes about 248 are fair; fewer than 32 never happens.
  const bytes = hkdfExpand('sha384', key, { info, length: 8 * BODY_CHARS });
  return assemble(kind, digitsOf(bytes));
}

/** Which kind of token this is; `undefined` when its shape or checksum is wrong, so that no look-up is worth it. */
export function kindOfToken(token: SecretBytes): TokenKind | undefined {
  if (token.length !== TOKEN_CHARS) return undefined;
  const text = utf8Text(token.expose());
  if (text === undefined || !SHAPE.test(text)) return undefined;
  const checked = text.slice(0, PREFIX_CHARS + BODY_CHARS);
  return checksumOf(checked) === text.slice(-CHECK_CHARS)
    ? KINDS.get(text.slice(0, PREFIX_CHARS))
    : undefined;
}

/** First and last characters of a token, to recognise it by: `srp_x1Yz…9aBc`. It tells nothing of use. */
export function hintOfToken(token: SecretBytes): string {
  const text = utf8Text(token.expose()) ?? '';
  return `${text.slice(0, PREFIX_CHARS + 4)}…${text.slice(-4)}`;
}

function assemble(kind: TokenKind, digits: string): SecretBytes {
  const checked = PREFIXES[kind] + digits.slice(0, BODY_CHARS);
  return SecretBytes.take(utf8Bytes(checked + checksumOf(checked)));
}

function digitsOf(bytes: Uint8Array): string {
  return Array.from(
    bytes.filter((byte) => byte < FAIR_BYTES),
    (byte) => DIGITS.charAt(byte % DIGITS.length),
  ).join('');
}

function checksumOf(text: string): string {
  let rest = crc32(text);
  let digits = '';
  while (digits.length < CHECK_CHARS) {
    digits = DIGITS.charAt(rest % DIGITS.length) + digits;
    rest = Math.floor(rest / DIGITS.length);
  }
  return digits;
}
