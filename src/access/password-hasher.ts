import { fromBase64Url, type Passphrase, type SecretBytes, toBase64Url, utf8Bytes } from '../bytes/index.ts';
import {
  DerivationLimiter,
  derivePasswordKey,
  newKdf,
  parseKdf,
  randomBytes,
  verifyPasswordHash,
} from '../crypto/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';

/** A password as it is stored. */
export interface PasswordRecord {
  /** Argon2id with its costs and salt (PHC salt string). */
  readonly kdf: string;
  /** 32 bytes, base64url. */
  readonly hash: string;
}

/** What hashing may cost. */
export interface HashingOptions {
  readonly memoryKib: number;
  readonly passes: number;
  /** How many hashes run at once, each with its memory. */
  readonly concurrent: number;
  /** How many may wait for their turn; beyond that the answer is `AUTH_BUSY`. */
  readonly maxWaiting: number;
}

/** One lane: a hash occupies one thread, and `concurrent` says how many of them there are. */
const LANES = 1;
const HASH_BYTES = 32;
/** What is told to whoever finds the queue full, in seconds. */
const BUSY_RETRY_SECONDS = 5;

/**
 * Hashes and checks passwords with Argon2id (RFC 9106), off the event loop. The pepper lies in the keyring, so a stolen
 * database alone gives nothing to guess at; the user's id is bound in, so hashes cannot be swapped. What it takes to say
 * no does not depend on whether there is such a user.
 */
export class PasswordHasher {
  readonly #pepper: SecretBytes;
  readonly #options: HashingOptions;
  readonly #limiter: DerivationLimiter;

  /** The pepper is kept; the caller wipes it when the hasher is done with. */
  constructor(pepper: SecretBytes, options: HashingOptions) {
    this.#pepper = pepper;
    this.#options = options;
    this.#limiter = new DerivationLimiter(options.concurrent);
  }

  /** The record of a new password. Throws `AUTH_BUSY`. */
  async hash(user: string, password: Passphrase): Promise<PasswordRecord> {
    this.#assertRoom();
    const kdf = newKdf('argon2id', this.#costs());
    using key = await derivePasswordKey(password, kdf, this.#binding(user));
    return { kdf, hash: toBase64Url(key.expose()) };
  }

  /**
   * Whether it is the user's password. Without a record the work is that of a record with today's costs, and the
   * answer no. Throws `AUTH_BUSY`.
   */
  async verify(user: string, password: Passphrase, record: PasswordRecord | undefined): Promise<boolean> {
    this.#assertRoom();
    const stored = record ?? {
      kdf: newKdf('argon2id', this.#costs()),
      hash: toBase64Url(randomBytes(HASH_BYTES)),
    };
    const hash = fromBase64Url(stored.hash) ?? new Uint8Array(HASH_BYTES);
    const isRight = await verifyPasswordHash(
      password,
      { params: parseKdf(stored.kdf), hash },
      this.#binding(user),
    );
    return isRight && record !== undefined;
  }

  /** Whether a record was made with other costs than today's, so that the next log-in should renew it. */
  isOutdated(record: PasswordRecord): boolean {
    try {
      const params = parseKdf(record.kdf);
      const { memoryKib, passes, lanes } = this.#costs();
      return !(
        params.algorithm === 'argon2id' &&
        params.memoryKib === memoryKib &&
        params.passes === passes &&
        params.lanes === lanes
      );
    } catch (error) {
      if (isStrongroomError(error)) return true;
      throw error;
    }
  }

  #costs() {
    return { memoryKib: this.#options.memoryKib, passes: this.#options.passes, lanes: LANES };
  }

  #binding(user: string) {
    return { limiter: this.#limiter, pepper: this.#pepper, context: utf8Bytes(user) };
  }

  #assertRoom(): void {
    if (this.#limiter.waiting < this.#options.maxWaiting) return;
    throw new StrongroomError('AUTH_BUSY', 'too many passwords are being checked at the moment', {
      retryAfterSeconds: BUSY_RETRY_SECONDS,
    });
  }
}
