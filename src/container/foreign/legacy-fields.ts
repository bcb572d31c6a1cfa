import { fromBase64, fromHex, utf8Text } from '../../bytes/index.ts';
import type { KdfParams, StoredPasswordHash } from '../../crypto/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { isPlainDict, type PlainDict, type PlainValue } from '../../formats/index.ts';
import { FOREIGN_PBKDF2_ITERATIONS, FOREIGN_SCRYPT_LOG_N } from './fernet.ts';

// The fields of a Python package under the names that are accepted (docs/guides/from-python.md lists them).

/** The dicts in which a package may keep its access control. */
const ACCESS_DICTS = ['access_control', 'access'];
const HASH_FIELDS = ['password_hash', 'access_hash', 'hash'];
const SALT_FIELDS = ['salt', 'password_salt', 'access_salt'];
const METHOD_FIELDS = ['method', 'kdf'];
const DIGEST_FIELDS = ['algorithm', 'hash_algorithm'];
const ROUND_FIELDS = ['iterations', 'key_iterations'];

/** The first of the named fields that is there and not None. */
export function fieldOf(dict: PlainDict, names: readonly string[]): PlainValue | undefined {
  for (const name of names) {
    const value = dict.get(name);
    if (value !== undefined && value !== null) return value;
  }
  return undefined;
}

/** Bytes given as bytes, as hexadecimal or as base64; `undefined` when it is none of them. */
export function binaryField(value: PlainValue | undefined): Uint8Array | undefined {
  if (value instanceof Uint8Array) {
    // A text that went through `.encode()` on its way.
    const text = /^[\da-f]+$/i.test(asText(value)) ? asText(value) : '';
    return text.length === 64 || text.length === 128 ? fromHex(text) : value;
  }
  if (typeof value !== 'string') return undefined;
  return fromHex(value) ?? fromBase64(value.replaceAll('-', '+').replaceAll('_', '/'));
}

/**
 * How a package is protected by an access code; `undefined` when it is not, or when it says `enabled: False`.
 * Throws `CONTAINER_MALFORMED` when it is, and nobody could check the code.
 */
export function accessRuleOf(dict: PlainDict): StoredPasswordHash | undefined {
  const nested = fieldOf(dict, ACCESS_DICTS);
  if (nested !== undefined && !isPlainDict(nested)) throw unreadable('it is not a dict');
  const rule = nested ?? (dict.has('password_hash') || dict.has('access_hash') ? dict : undefined);
  if (rule === undefined || rule.get('enabled') === false) return undefined;
  const hash = binaryField(fieldOf(rule, HASH_FIELDS));
  const salt = binaryField(fieldOf(rule, SALT_FIELDS));
  if (hash === undefined || salt === undefined) throw unreadable('hash or salt is missing');
  return { hash, params: paramsOf(rule, salt) };
}

function paramsOf(rule: PlainDict, salt: Uint8Array): KdfParams {
  const method = textField(rule, METHOD_FIELDS);
  const digest = textField(rule, DIGEST_FIELDS);
  if (method.includes('scrypt') || digest.includes('scrypt')) {
    const logN = Math.log2(numberField(rule, ['n', 'N'], 2 ** FOREIGN_SCRYPT_LOG_N));
    const blockSize = numberField(rule, ['r'], 8);
    return { algorithm: 'scrypt', salt, logN, blockSize, parallelism: numberField(rule, ['p'], 1) };
  }
  const isSha256 = /sha[-_]?256/.test(`${method} ${digest}`);
  const isSha512 = /sha[-_]?512/.test(`${method} ${digest}`) || digest === '' || digest === 'pbkdf2';
  if (!isSha256 && !isSha512) throw unreadable('its hash algorithm is not known');
  const iterations = numberField(rule, ROUND_FIELDS, FOREIGN_PBKDF2_ITERATIONS);
  return { algorithm: isSha256 ? 'pbkdf2-sha256' : 'pbkdf2-sha512', salt, iterations };
}

function textField(dict: PlainDict, names: readonly string[]): string {
  const value = fieldOf(dict, names);
  return typeof value === 'string' ? value.toLowerCase() : '';
}

function numberField(dict: PlainDict, names: readonly string[], absent: number): number {
  const value = fieldOf(dict, names) ?? absent;
  // Whatever is no number fails the caps of the derivation, with an error of its own.
  return typeof value === 'number' ? value : Number.NaN;
}

function asText(bytes: Uint8Array): string {
  return bytes.length > 128 ? '' : (utf8Text(bytes) ?? '');
}

function unreadable(reason: string): StrongroomError {
  return new StrongroomError(
    'CONTAINER_MALFORMED',
    `the access control of the package cannot be read: ${reason}`,
  );
}
