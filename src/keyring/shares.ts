import { combine, split } from 'shamir-secret-sharing';
import { concatBytes, fromBase64Url, SecretBytes, utf8Bytes } from '../bytes/index.ts';
import { equalBytes, sha256 } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { formatShare, parseShare, SHARE_MARK_BYTES, SHARE_VALUE_BYTES, type Share } from './share-text.ts';

/** Bytes of what is shared. */
export const SHARED_SECRET_BYTES = SHARE_VALUE_BYTES;
/** Most shares of one set: a point is one byte and not zero. */
export const MAX_SHARES = 255;

/** How many shares there are and how many are needed. */
export interface ShareCount {
  readonly total: number;
  readonly threshold: number;
}

/** What a set of shares belongs to. */
export interface ShareSet {
  /** Id of the vault. */
  readonly vault: string;
  /** Id of the root seal. */
  readonly seal: string;
  readonly threshold: number;
}

/**
 * Splits 32 random bytes (Shamir over GF(2⁸), by shamir-secret-sharing) into shares as text.
 * Throws `INPUT_INVALID` unless 2 ≤ threshold ≤ total ≤ 255.
 */
export async function splitSecret(
  secret: SecretBytes,
  count: ShareCount,
  set: Omit<ShareSet, 'threshold'>,
): Promise<string[]> {
  assertShareCount(count);
  // The package insists on a plain array; this copy is wiped below.
  const plain = new Uint8Array(secret.expose());
  const points = await split(plain, count.total, count.threshold);
  plain.fill(0);
  return points.map((point) => {
    const share = {
      vaultMark: markOf('vault', set.vault),
      sealMark: markOf('seal', set.seal),
      threshold: count.threshold,
      index: point.at(-1) ?? 0,
      value: point.subarray(0, -1),
    };
    const text = formatShare(share);
    point.fill(0);
    return text;
  });
}

/** Throws `INPUT_INVALID` unless 2 ≤ threshold ≤ total ≤ 255. */
export function assertShareCount({ total, threshold }: ShareCount): void {
  const isPossible =
    Number.isSafeInteger(total) &&
    Number.isSafeInteger(threshold) &&
    threshold >= 2 &&
    threshold <= total &&
    total <= MAX_SHARES;
  if (isPossible) return;
  throw new StrongroomError(
    'INPUT_INVALID',
    `cannot make ${total} shares of which ${threshold} are needed: from 2 needed to ${MAX_SHARES} made`,
  );
}

/** What shares put together give: nobody has checked yet that it is the secret. */
export interface CombinedShares {
  /** Id of the root seal that the shares belong to. */
  readonly seal: string;
  readonly secret: SecretBytes;
}

/**
 * Puts shares of one of the sets together. The caller verifies the result by opening with it, because Shamir's
 * scheme gives some bytes for any shares. Throws `SHARE_MALFORMED` for a mistyped share, `SHARE_FOREIGN` for shares
 * of another strongroom, of a set that ended, or of several sets, `SHARES_TOO_FEW`.
 */
export async function combineShares(
  texts: readonly string[],
  sets: readonly ShareSet[],
): Promise<CombinedShares> {
  if (texts.length === 0) throw new StrongroomError('SHARES_TOO_FEW', 'no share was given');
  if (texts.length > MAX_SHARES)
    throw new StrongroomError('INPUT_TOO_LARGE', `more than ${MAX_SHARES} shares`);
  const shares = texts.map((text, at) => parseShare(text, at + 1));
  const found = shares.map((share, at) => findSet(share, sets, at + 1));
  const set = found[0];
  const stranger = found.findIndex((other) => other !== set);
  if (set === undefined || stranger !== -1) {
    throw new StrongroomError('SHARE_FOREIGN', `share 1 and share ${stranger + 1} belong to different sets`);
  }
  const distinct = distinctShares(shares);
  if (distinct.length < set.threshold) {
    throw new StrongroomError(
      'SHARES_TOO_FEW',
      `${distinct.length} different ${distinct.length === 1 ? 'share was' : 'shares were'} given, ${set.threshold} are needed`,
    );
  }
  const points = distinct.map((share) => concatBytes(share.value, Uint8Array.of(share.index)));
  const secret = SecretBytes.take(await combine(points));
  for (const point of points) point.fill(0);
  return { seal: set.seal, secret };
}

function findSet(share: Share, sets: readonly ShareSet[], position: number): ShareSet {
  const ofVault = sets.filter((set) => equalBytes(markOf('vault', set.vault), share.vaultMark));
  if (sets.length > 0 && ofVault.length === 0) {
    throw new StrongroomError('SHARE_FOREIGN', `share ${position} belongs to another strongroom`);
  }
  const set = ofVault.find((candidate) => equalBytes(markOf('seal', candidate.seal), share.sealMark));
  if (set?.threshold !== share.threshold) {
    throw new StrongroomError('SHARE_FOREIGN', `share ${position} belongs to a set that is not in use`);
  }
  return set;
}

/** Each point once. The same point twice with different values cannot be of one set. */
function distinctShares(shares: readonly Share[]): Share[] {
  const byIndex = new Map<number, { share: Share; position: number }>();
  for (const [at, share] of shares.entries()) {
    const known = byIndex.get(share.index);
    if (known === undefined) byIndex.set(share.index, { share, position: at + 1 });
    else if (!equalBytes(known.share.value, share.value)) {
      throw new StrongroomError(
        'SHARE_FOREIGN',
        `share ${known.position} and share ${at + 1} contradict each other`,
      );
    }
  }
  return [...byIndex.values()].map(({ share }) => share);
}

function markOf(what: 'vault' | 'seal', id: string): Uint8Array {
  const bytes = fromBase64Url(id) ?? new Uint8Array(0);
  return sha256(utf8Bytes(`strongroom/1 share ${what}\0`), bytes).subarray(0, SHARE_MARK_BYTES);
}
