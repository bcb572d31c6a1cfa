import { StrongroomError } from '../errors/index.ts';

/** What each derivation costs, by algorithm. */
export interface KdfCosts {
  /** Argon2id version 19 (RFC 9106). */
  argon2id: { readonly memoryKib: number; readonly passes: number; readonly lanes: number };
  /** scrypt (RFC 7914) with N = 2^logN. */
  scrypt: { readonly logN: number; readonly blockSize: number; readonly parallelism: number };
  /** PBKDF2 (RFC 8018) with HMAC-SHA-512. */
  'pbkdf2-sha512': { readonly iterations: number };
  /** PBKDF2 (RFC 8018) with HMAC-SHA-256: for systems that may only use FIPS-approved algorithms. */
  'pbkdf2-sha256': { readonly iterations: number };
}

/** How a passphrase is turned into a key. */
export type KdfAlgorithm = keyof KdfCosts;

/** Algorithm, costs and salt: with the passphrase they give the key. */
export type KdfParams = {
  [Name in KdfAlgorithm]: { readonly algorithm: Name; readonly salt: Uint8Array } & KdfCosts[Name];
}[KdfAlgorithm];

/** One cost parameter. */
interface Cost {
  /** Its name in a PHC string. */
  readonly symbol: string;
  /** Its name in `KdfCosts`. */
  readonly field: string;
  /** What a new derivation gets unless it is told otherwise. */
  readonly initial: number;
  /** The least that a new derivation may have (OWASP Password Storage Cheat Sheet). */
  readonly floor: number;
  /** The most that is accepted from anywhere: these numbers come out of files that an attacker may have written. */
  readonly cap: number;
}

/** Everything about one algorithm, in the order of its PHC string. */
interface KdfRow {
  readonly version?: number;
  readonly costs: readonly Cost[];
}

const MAX_ITERATIONS = 10_000_000;

/** The one table of algorithms; nothing else enumerates their parameters. */
export const KDF_TABLE: Readonly<Record<KdfAlgorithm, KdfRow>> = {
  argon2id: {
    version: 19,
    costs: [
      { symbol: 'm', field: 'memoryKib', initial: 65_536, floor: 19_456, cap: 1_048_576 },
      { symbol: 't', field: 'passes', initial: 3, floor: 2, cap: 16 },
      { symbol: 'p', field: 'lanes', initial: 4, floor: 1, cap: 16 },
    ],
  },
  scrypt: {
    costs: [
      { symbol: 'ln', field: 'logN', initial: 17, floor: 17, cap: 20 },
      { symbol: 'r', field: 'blockSize', initial: 8, floor: 8, cap: 32 },
      { symbol: 'p', field: 'parallelism', initial: 1, floor: 1, cap: 16 },
    ],
  },
  'pbkdf2-sha512': {
    costs: [{ symbol: 'i', field: 'iterations', initial: 220_000, floor: 220_000, cap: MAX_ITERATIONS }],
  },
  'pbkdf2-sha256': {
    costs: [{ symbol: 'i', field: 'iterations', initial: 600_000, floor: 600_000, cap: MAX_ITERATIONS }],
  },
};

/** Length of the salt of a new derivation, in bytes. */
export const NEW_SALT_BYTES = 16;
/** Shortest salt that is accepted from elsewhere, in bytes. */
const MIN_SALT_BYTES = 8;
/** Longest salt that is accepted from elsewhere, in bytes. */
const MAX_SALT_BYTES = 64;
/** Most memory that one scrypt derivation may take, in bytes; Argon2id has its own cap of the same size. */
const MAX_SCRYPT_BYTES = 2 ** 30;

/** Whether an untrusted name is one of ours. */
export function isKdfAlgorithm(name: string): name is KdfAlgorithm {
  return Object.hasOwn(KDF_TABLE, name);
}

/** The value of one cost. */
export function costOf(params: KdfParams, cost: Cost): number {
  return (params as unknown as Readonly<Record<string, number>>)[cost.field] ?? Number.NaN;
}

/** What scrypt allocates for these costs (RFC 7914 §2: V, and B), in bytes. */
export function scryptMemoryBytes({ logN, blockSize, parallelism }: KdfCosts['scrypt']): number {
  return 128 * blockSize * (2 ** logN + parallelism);
}

/**
 * Refuses parameters that would exhaust the machine (`CONTAINER_LIMIT`) or that the algorithm does not know
 * (`CONTAINER_MALFORMED`). Every derivation passes here before anything is allocated.
 */
export function assertWithinCaps(params: KdfParams): void {
  for (const cost of KDF_TABLE[params.algorithm].costs) {
    const value = costOf(params, cost);
    if (!Number.isSafeInteger(value) || value < 1)
      throw malformed(`${cost.symbol} is not a positive integer`);
    if (value > cost.cap) throw beyondCap(`${cost.symbol}=${value} is more than ${cost.cap}`);
  }
  if (params.salt.length < MIN_SALT_BYTES)
    throw malformed(`the salt is shorter than ${MIN_SALT_BYTES} bytes`);
  if (params.salt.length > MAX_SALT_BYTES) throw beyondCap(`the salt is longer than ${MAX_SALT_BYTES} bytes`);
  if (params.algorithm === 'argon2id' && params.memoryKib < 8 * params.lanes) {
    throw malformed('argon2id needs at least 8 KiB of memory per lane');
  }
  // B and a block of working space come on top of V, so exactly 1 GiB of V must still pass.
  const slackBytes = 2 ** 20;
  if (params.algorithm === 'scrypt' && scryptMemoryBytes(params) > MAX_SCRYPT_BYTES + slackBytes) {
    throw beyondCap('scrypt would take more than 1 GiB of memory');
  }
}

/** Refuses costs too low to protect anything new. Throws `INPUT_INVALID`. */
export function assertAboveFloors(params: KdfParams): void {
  for (const cost of KDF_TABLE[params.algorithm].costs) {
    const value = costOf(params, cost);
    if (!(value >= cost.floor)) {
      throw new StrongroomError(
        'INPUT_INVALID',
        `${params.algorithm}: ${cost.field} must be at least ${cost.floor}`,
      );
    }
  }
}

/** A derivation parameter that makes no sense. */
export function malformed(reason: string): StrongroomError {
  return new StrongroomError('CONTAINER_MALFORMED', `bad key derivation parameters: ${reason}`);
}

function beyondCap(reason: string): StrongroomError {
  return new StrongroomError('CONTAINER_LIMIT', `key derivation parameters beyond the limit: ${reason}`);
}
