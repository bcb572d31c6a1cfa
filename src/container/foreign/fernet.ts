import { bufferView, type Passphrase, SecretBytes } from '../../bytes/index.ts';
import { cbcOpen, derivePasswordKey, equalBytes, hmac } from '../../crypto/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { decodeBase64UrlText } from './base64url-text.ts';

// Fernet, https://github.com/fernet/spec/blob/master/Spec.md. The token is
// base64url(0x80 ‖ u64be seconds ‖ iv16 ‖ AES-128-CBC, PKCS #7 ‖ HMAC-SHA-256 over all before);
// the key is signing key (16) ‖ encryption key (16). Reading only: nothing of ours is written in it.

const VERSION = 0x80;
const TIME_AT = 1;
const IV_AT = 9;
const CIPHERTEXT_AT = 25;
const HALF_KEY_BYTES = 16;
const MAC_BYTES = 32;
const BLOCK_BYTES = 16;
const KEY_TEXT_CHARS = 44;
const SPACE = 0x20;
/** How far into the future a token may be when its age is checked, in seconds (the specification's choice). */
const MAX_CLOCK_SKEW_SECONDS = 60;

/** Length of a Fernet key, in bytes. */
const FERNET_KEY_BYTES = 32;
/** Longest token that is opened, in bytes: the format has to be held in memory as a whole, three times over. */
export const MAX_FERNET_TOKEN_BYTES = 1 << 29;

/** What to hold against a token beyond its authenticity. */
export interface OpenFernetOptions {
  /** Refuse tokens longer than this; `MAX_FERNET_TOKEN_BYTES` by default. */
  readonly maxTokenBytes?: number;
  /** Refuse tokens older than `ttlSeconds` at `now`, or from the future. Not checked by default, as in Python. */
  readonly freshness?: { readonly now: Date; readonly ttlSeconds: number };
}

/** What a token held. */
export interface FernetContent {
  readonly plaintext: Uint8Array;
  readonly createdAt: Date;
}

/**
 * Opens a Fernet token (ASCII). Throws `CONTAINER_MALFORMED` when it is none, `CONTAINER_LIMIT` when it is too long,
 * `KEY_REFUSED` when the key does not fit or the token was changed (the format cannot tell), and `FORMAT_EXPIRED`.
 */
export function openFernet(
  token: Uint8Array,
  key: SecretBytes,
  options: OpenFernetOptions = {},
): FernetContent {
  const maxTokenBytes = options.maxTokenBytes ?? MAX_FERNET_TOKEN_BYTES;
  if (token.length > maxTokenBytes)
    throw new StrongroomError('CONTAINER_LIMIT', `a fernet token of more than ${maxTokenBytes} bytes`);
  const body = decodeToken(token);
  const createdAt = readTime(body);
  verifyMac(body, key);
  if (options.freshness !== undefined) assertFresh(createdAt, options.freshness);
  const ciphertext = body.subarray(CIPHERTEXT_AT, -MAC_BYTES);
  const encryptionKey = key.expose().subarray(HALF_KEY_BYTES, FERNET_KEY_BYTES);
  const plaintext = cbcOpen({ key: encryptionKey, iv: body.subarray(IV_AT, CIPHERTEXT_AT) }, ciphertext);
  if (plaintext === undefined) throw malformed('bad padding');
  return { plaintext, createdAt };
}

/** Reads a key as Python writes it: base64url of 32 bytes, a newline at its end forgiven. Throws `INPUT_INVALID`. */
export function parseFernetKey(text: SecretBytes): SecretBytes {
  const chars = text.expose();
  const end = chars.findLastIndex((char) => char > SPACE) + 1;
  const bytes = end === KEY_TEXT_CHARS ? decodeBase64UrlText(chars.subarray(0, end)) : undefined;
  if (bytes?.length !== FERNET_KEY_BYTES)
    throw new StrongroomError('INPUT_INVALID', 'a fernet key is 32 bytes as base64url: 44 characters');
  return SecretBytes.take(bytes);
}

/** How a key was derived from a password. */
export type FernetKeyDerivation =
  /** Python's `Scrypt(n=2**14, r=8, p=1)` unless told otherwise. */
  | { readonly algorithm: 'scrypt'; readonly salt: Uint8Array; readonly logN?: number }
  /** Python's `PBKDF2HMAC`; 200,000 rounds unless told otherwise. */
  | {
      readonly algorithm: 'pbkdf2-sha512' | 'pbkdf2-sha256';
      readonly salt: Uint8Array;
      readonly iterations?: number;
    };

/** Cost of Python's Scrypt as it was used for such keys: N = 2^14. */
export const FOREIGN_SCRYPT_LOG_N = 14;
/** Rounds of PBKDF2 as it was used for such keys. */
export const FOREIGN_PBKDF2_ITERATIONS = 200_000;

/**
 * Derives a Fernet key from a password, at costs that only an import may use (they are below today's floors).
 * Throws `CONTAINER_LIMIT` or `CONTAINER_MALFORMED` for parameters beyond the caps.
 */
export function deriveFernetKey(password: Passphrase, derivation: FernetKeyDerivation): Promise<SecretBytes> {
  const { algorithm, salt } = derivation;
  if (algorithm === 'scrypt') {
    const logN = derivation.logN ?? FOREIGN_SCRYPT_LOG_N;
    return derivePasswordKey(password, { algorithm, salt, logN, blockSize: 8, parallelism: 1 });
  }
  const iterations = derivation.iterations ?? FOREIGN_PBKDF2_ITERATIONS;
  return derivePasswordKey(password, { algorithm, salt, iterations });
}

function decodeToken(token: Uint8Array): Uint8Array {
  const body = decodeBase64UrlText(token);
  if (body === undefined) throw malformed('not base64url');
  const ciphertextBytes = body.length - CIPHERTEXT_AT - MAC_BYTES;
  if (body[0] !== VERSION) throw malformed('another version');
  if (ciphertextBytes < BLOCK_BYTES || ciphertextBytes % BLOCK_BYTES !== 0) throw malformed('a wrong length');
  return body;
}

function readTime(body: Uint8Array): Date {
  const seconds = bufferView(body).readBigUInt64BE(TIME_AT);
  const time = new Date(Number(seconds) * 1000);
  if (Number.isNaN(time.getTime())) throw malformed('a time beyond all calendars');
  return time;
}

function verifyMac(body: Uint8Array, key: SecretBytes): void {
  if (key.length !== FERNET_KEY_BYTES)
    throw new StrongroomError('INPUT_INVALID', `a fernet key has ${FERNET_KEY_BYTES} bytes`);
  const signingKey = key.expose().subarray(0, HALF_KEY_BYTES);
  const expected = hmac('sha256', signingKey, body.subarray(0, -MAC_BYTES));
  if (!equalBytes(expected, body.subarray(-MAC_BYTES)))
    throw new StrongroomError('KEY_REFUSED', 'this key does not open the fernet token', {
      hint: 'give the key that sealed it; if it is the right one, the file was changed',
    });
}

function assertFresh(createdAt: Date, freshness: { now: Date; ttlSeconds: number }): void {
  const ageSeconds = (freshness.now.getTime() - createdAt.getTime()) / 1000;
  if (ageSeconds < -MAX_CLOCK_SKEW_SECONDS) throw malformed('a time in the future');
  if (ageSeconds > freshness.ttlSeconds)
    throw new StrongroomError('FORMAT_EXPIRED', `the token is older than ${freshness.ttlSeconds} seconds`);
}

function malformed(reason: string): StrongroomError {
  return new StrongroomError('CONTAINER_MALFORMED', `not a fernet token: ${reason}`);
}
