import { concatBytes } from '../bytes/index.ts';
import { equalBytes, sha256 } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';

/** One Shamir share and what it belongs to (docs/spec/keyring.md §5). */
export interface Share {
  /** First 4 bytes of a digest of the vault's id. */
  readonly vaultMark: Uint8Array;
  /** First 4 bytes of a digest of the root seal's id. */
  readonly sealMark: Uint8Array;
  /** How many shares of the set are needed. */
  readonly threshold: number;
  /** The point of the share, 1 to 255, distinct within the set. */
  readonly index: number;
  /** 32 bytes. */
  readonly value: Uint8Array;
}

/** Bytes of each mark. */
export const SHARE_MARK_BYTES = 4;
/** Bytes of what is shared. */
export const SHARE_VALUE_BYTES = 32;
/** Longest text that is looked at: a share with a blank between any two characters stays below it. */
const MAX_SHARE_TEXT_CHARS = 512;

const PREFIX = 'SRS1';
const ANY_VERSION = /^SRS[0-9]/;
/** Crockford's base32: no I, L, O, U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CHECKSUM_BYTES = 3;
const GROUP_COUNT = 18;
/** Characters of a group before its check character. */
const GROUP_DATA_CHARS = 4;
const GROUP_CHARS = GROUP_DATA_CHARS + 1;
const BODY_BYTES = 2 * SHARE_MARK_BYTES + 2 + SHARE_VALUE_BYTES;

/** A share as text that people can copy: `SRS1-` and 18 groups of five characters, the fifth of which checks them. */
export function formatShare(share: Share): string {
  const body = concatBytes(
    share.vaultMark,
    share.sealMark,
    Uint8Array.of(share.threshold, share.index),
    share.value,
  );
  const symbols = toSymbols(concatBytes(body, checksum(body)));
  const groups = Array.from({ length: GROUP_COUNT }, (_, group) => {
    const data = symbols.slice(group * GROUP_DATA_CHARS, (group + 1) * GROUP_DATA_CHARS);
    return [...data, checkSymbol(data, group)].map((symbol) => ALPHABET.charAt(symbol)).join('');
  });
  return [PREFIX, ...groups].join('-');
}

/**
 * Reads a share. Case, blanks and dashes do not count; O is read as 0, I and L as 1.
 * Throws `SHARE_MALFORMED` naming the share by `position` (its place among those given, from 1) and, where it can
 * be told, the group that was mistyped; `KEYRING_UNSUPPORTED` for a later version.
 */
export function parseShare(text: string, position: number): Share {
  const chars = normalise(text, position);
  const groups = Array.from({ length: GROUP_COUNT }, (_, group) =>
    parseGroup(chars.slice(group * GROUP_CHARS, (group + 1) * GROUP_CHARS), group),
  );
  const wrong = groups.flatMap((symbols, group) => (symbols === undefined ? [group + 1] : []));
  if (wrong.length > 0) {
    const named = wrong.length > 3 ? 'in several groups' : `in group ${wrong.join(' and ')}`;
    throw malformed(position, `is mistyped ${named}`);
  }
  const bytes = fromSymbols(groups.flatMap((symbols) => symbols ?? []));
  const body = bytes.subarray(0, BODY_BYTES);
  if (!equalBytes(checksum(body), bytes.subarray(BODY_BYTES))) {
    throw malformed(position, 'is mistyped in more than one place');
  }
  return parseBody(body, position);
}

function parseBody(body: Uint8Array, position: number): Share {
  const at = 2 * SHARE_MARK_BYTES;
  const [threshold = 0, index = 0] = body.subarray(at, at + 2);
  if (threshold < 2 || index < 1) throw malformed(position, 'has an impossible number');
  return {
    vaultMark: body.slice(0, SHARE_MARK_BYTES),
    sealMark: body.slice(SHARE_MARK_BYTES, at),
    threshold,
    index,
    value: body.slice(at + 2),
  };
}

/** The characters after the prefix, in upper case, of the right number. */
function normalise(text: string, position: number): string {
  if (text.length > MAX_SHARE_TEXT_CHARS) throw malformed(position, 'is far too long');
  const chars = text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  if (!chars.startsWith(PREFIX)) {
    if (!ANY_VERSION.test(chars)) throw malformed(position, `does not begin with ${PREFIX}`);
    throw new StrongroomError('KEYRING_UNSUPPORTED', `share ${position} is of another version than ours`);
  }
  const rest = chars.slice(PREFIX.length);
  const expected = GROUP_COUNT * GROUP_CHARS;
  if (rest.length !== expected) {
    throw malformed(position, `has ${rest.length} characters after ${PREFIX}, expected ${expected}`);
  }
  return rest;
}

/** The symbols of a group without the check; `undefined` when a character is foreign or the check does not fit. */
function parseGroup(chars: string, group: number): readonly number[] | undefined {
  const symbols = Array.from(chars, (char) => ALPHABET.indexOf(char));
  const data = symbols.slice(0, GROUP_DATA_CHARS);
  if (symbols.includes(-1) || symbols[GROUP_DATA_CHARS] !== checkSymbol(data, group)) return undefined;
  return data;
}

/**
 * A checksum over GF(32), x⁵ + x² + 1, with a different weight at each place and for each group: finds one wrong
 * character, two neighbours swapped, and a group at the place of another.
 */
function checkSymbol(symbols: readonly number[], group: number): number {
  return timesX(symbols.reduce((sum, symbol) => timesX(sum) ^ symbol, group + 1));
}

function timesX(symbol: number): number {
  const doubled = symbol << 1;
  return doubled & 0x20 ? doubled ^ 0x25 : doubled;
}

function checksum(body: Uint8Array): Uint8Array {
  return sha256(new TextEncoder().encode('strongroom/1 share\0'), body).subarray(0, CHECKSUM_BYTES);
}

/** Bytes as groups of five bits, most significant first; 45 bytes are 72 of them without a rest. */
function toSymbols(bytes: Uint8Array): number[] {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{5}/g) ?? []).map((five) => Number.parseInt(five, 2));
}

function fromSymbols(symbols: readonly number[]): Uint8Array {
  const bits = symbols.map((symbol) => symbol.toString(2).padStart(5, '0')).join('');
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (eight) => Number.parseInt(eight, 2));
}

function malformed(position: number, what: string): StrongroomError {
  return new StrongroomError('SHARE_MALFORMED', `share ${position} ${what}`);
}
