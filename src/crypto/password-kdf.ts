import { argon2, pbkdf2, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { type Passphrase, SecretBytes } from '../bytes/index.ts';
import { DerivationLimiter } from './derivation-limiter.ts';
import { equalBytes } from './equal.ts';
import { assertWithinCaps, type KdfParams, malformed, scryptMemoryBytes } from './kdf-params.ts';
import { parseKdf } from './kdf-phc.ts';

/** Length of a key derived from a passphrase, in bytes. */
const PASSWORD_KEY_BYTES = 32;

// Half of the runtime's thread pool: files need the other half.
const DEFAULT_CONCURRENT_DERIVATIONS = 2;

/** Lengths of a stored password hash that are accepted, in bytes. */
const HASH_LENGTHS = { min: 16, max: 64 } as const;

// Memory and threads belong to the process, so the default limit does too.
const processLimiter = new DerivationLimiter(DEFAULT_CONCURRENT_DERIVATIONS);

const argon2Async = promisify(argon2);
const pbkdf2Async = promisify(pbkdf2);

export interface DerivationOptions {
  /** Shares the limit with other derivations; the process-wide limiter by default. */
  readonly limiter?: DerivationLimiter;
  /** A key that the stored result is worthless without (Argon2's secret input, RFC 9106 §3.1); Argon2id only. */
  readonly pepper?: SecretBytes;
  /** Binds the result to whom or what it belongs (Argon2's associated data); Argon2id only. */
  readonly context?: Uint8Array;
}

/**
 * Turns a passphrase into a key of 32 bytes, off the event loop. The derivation comes as a PHC string or as
 * parameters; in either case the caps are enforced first: throws `CONTAINER_LIMIT` or `CONTAINER_MALFORMED`.
 * The passphrase may be wiped as soon as the call returned its promise.
 */
export async function derivePasswordKey(
  passphrase: Passphrase,
  kdf: string | KdfParams,
  options: DerivationOptions = {},
): Promise<SecretBytes> {
  const params = typeof kdf === 'string' ? parseKdf(kdf) : kdf;
  return SecretBytes.take(await deriveBytes(passphrase, { params, length: PASSWORD_KEY_BYTES }, options));
}

/** A password hash as another program stored it: how it was derived, and what came out. */
export interface StoredPasswordHash {
  readonly params: KdfParams;
  /** 16 to 64 bytes. */
  readonly hash: Uint8Array;
}

/**
 * Whether a passphrase gives a stored hash; compared in constant time. Costs may be below today's floors, since the
 * hash exists already. Throws `CONTAINER_LIMIT` or `CONTAINER_MALFORMED` for parameters that cannot be run.
 */
export async function verifyPasswordHash(
  passphrase: Passphrase,
  stored: StoredPasswordHash,
  options: DerivationOptions = {},
): Promise<boolean> {
  const { params, hash } = stored;
  if (hash.length < HASH_LENGTHS.min || hash.length > HASH_LENGTHS.max) {
    throw malformed(`a hash has ${HASH_LENGTHS.min} to ${HASH_LENGTHS.max} bytes`);
  }
  const derived = await deriveBytes(passphrase, { params, length: hash.length }, options);
  const isEqual = equalBytes(derived, hash);
  derived.fill(0);
  return isEqual;
}

interface Derivation {
  readonly params: KdfParams;
  readonly length: number;
}

async function deriveBytes(
  passphrase: Passphrase,
  derivation: Derivation,
  options: DerivationOptions,
): Promise<Uint8Array> {
  assertWithinCaps(derivation.params);
  const isBound = options.pepper !== undefined || options.context !== undefined;
  if (isBound && derivation.params.algorithm !== 'argon2id')
    throw malformed('only argon2id takes a pepper or a context');
  // A copy of our own: the wait may be long, and the caller may wipe the passphrase meanwhile.
  const secret = SecretBytes.copyOf(passphrase.expose());
  try {
    return await (options.limiter ?? processLimiter).run(() => runKdf(secret.expose(), derivation, options));
  } finally {
    secret.wipe();
  }
}

function runKdf(
  message: Uint8Array,
  { params, length }: Derivation,
  { pepper, context }: DerivationOptions,
): Promise<Uint8Array> {
  switch (params.algorithm) {
    case 'argon2id':
      return argon2Async('argon2id', {
        message,
        nonce: params.salt,
        memory: params.memoryKib,
        passes: params.passes,
        parallelism: params.lanes,
        tagLength: length,
        ...(pepper && { secret: pepper.expose() }),
        ...(context && { associatedData: context }),
      });
    case 'scrypt':
      return scryptAsync(message, params, length);
    case 'pbkdf2-sha512':
      return pbkdf2Async(message, params.salt, params.iterations, length, 'sha512');
    case 'pbkdf2-sha256':
      return pbkdf2Async(message, params.salt, params.iterations, length, 'sha256');
  }
}

function scryptAsync(
  message: Uint8Array,
  params: Extract<KdfParams, { algorithm: 'scrypt' }>,
  length: number,
): Promise<Uint8Array> {
  const costs = { N: 2 ** params.logN, r: params.blockSize, p: params.parallelism };
  // OpenSSL counts some working blocks on top of what the RFC names.
  const maxmem = scryptMemoryBytes(params) + 2 ** 20;
  return new Promise((resolve, reject) => {
    scrypt(message, params.salt, length, { ...costs, maxmem }, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
