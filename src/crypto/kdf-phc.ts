import { fromBase64, toBase64 } from '../bytes/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import {
  assertAboveFloors,
  assertWithinCaps,
  costOf,
  isKdfAlgorithm,
  KDF_TABLE,
  type KdfAlgorithm,
  type KdfCosts,
  type KdfParams,
  malformed,
  NEW_SALT_BYTES,
} from './kdf-params.ts';
import { randomBytes } from './random.ts';

/** The longest PHC string that is looked at; ours have about 60 characters, the longest allowed salt adds 64. */
const MAX_PHC_CHARS = 192;

/**
 * A new derivation as a PHC salt string (c2sp.org/phc-strings: algorithm, costs and a fresh salt of 16 bytes).
 * Throws `INPUT_INVALID` when a cost is below what protects a passphrase today, or above what would be read back.
 */
export function newKdf<Name extends KdfAlgorithm = 'argon2id'>(
  algorithm?: Name,
  overrides: Partial<KdfCosts[Name]> = {},
): string {
  const name: KdfAlgorithm = algorithm ?? 'argon2id';
  const given = overrides as Readonly<Record<string, number | undefined>>;
  const costs = KDF_TABLE[name].costs.map((cost) => [cost.field, given[cost.field] ?? cost.initial] as const);
  const params = {
    algorithm: name,
    salt: randomBytes(NEW_SALT_BYTES),
    ...Object.fromEntries(costs),
  } as KdfParams;
  assertAboveFloors(params);
  try {
    assertWithinCaps(params);
  } catch (error) {
    if (!isStrongroomError(error)) throw error;
    throw new StrongroomError('INPUT_INVALID', error.message, { cause: error });
  }
  return formatKdf(params);
}

/** Writes parameters as a PHC salt string: `$argon2id$v=19$m=65536,t=3,p=4$…`. The inverse of `parseKdf`. */
export function formatKdf(params: KdfParams): string {
  const row = KDF_TABLE[params.algorithm];
  const version = row.version === undefined ? '' : `$v=${row.version}`;
  const costs = row.costs.map((cost) => `${cost.symbol}=${costOf(params, cost)}`).join(',');
  return `$${params.algorithm}${version}$${costs}$${toBase64(params.salt).replaceAll('=', '')}`;
}

/**
 * Reads a PHC salt string from an untrusted file, in its one canonical form. Throws `CONTAINER_MALFORMED` when it is
 * anything else (a hash at its end included) and `CONTAINER_LIMIT` when its costs would exhaust the machine.
 */
export function parseKdf(phc: string): KdfParams {
  if (phc.length > MAX_PHC_CHARS) throw malformed(`the text is longer than ${MAX_PHC_CHARS} characters`);
  const [empty, name = '', ...fields] = phc.split('$');
  if (empty !== '' || !isKdfAlgorithm(name)) throw malformed('the algorithm is not known');
  const row = KDF_TABLE[name];
  if (row.version !== undefined && fields.shift() !== `v=${row.version}`)
    throw malformed('the version is not known');
  const [costs = '', salt = '', ...more] = fields;
  if (more.length > 0) throw malformed('something follows the salt');
  const params = { algorithm: name, salt: parseSalt(salt), ...parseCosts(name, costs) } as KdfParams;
  assertWithinCaps(params);
  return params;
}

function parseCosts(name: KdfAlgorithm, text: string): Record<string, number> {
  const { costs } = KDF_TABLE[name];
  const pairs = text.split(',');
  if (pairs.length !== costs.length) throw malformed('a cost is missing or not known');
  return Object.fromEntries(
    costs.map((cost, at) => {
      const [symbol, value = ''] = pairs[at]?.split('=', 2) ?? [];
      if (symbol !== cost.symbol || pairs[at] !== `${symbol}=${value}` || !/^[1-9]\d{0,9}$/.test(value)) {
        throw malformed(`expected ${cost.symbol}=<number>`);
      }
      return [cost.field, Number(value)];
    }),
  );
}

function parseSalt(text: string): Uint8Array {
  // PHC's B64 is canonical base64 without its padding, which the decoder wants to see.
  const salt = /^[A-Za-z0-9+/]+$/.test(text)
    ? fromBase64(text.padEnd(Math.ceil(text.length / 4) * 4, '='))
    : undefined;
  if (salt === undefined) throw malformed('the salt is not base64');
  return salt;
}
