import { randomId } from '../crypto/index.ts';
import type { BlobId, BlobStore, Catalogue, KeyRef, ShredRow } from '../storage/index.ts';
import { type Clock, type Leaseholder, stamp } from './deps.ts';
import { shredBlobs } from './shred-blobs.ts';

/** How long a lease lives without renewal; what counts where the process itself cannot be looked up. */
const LEASE_MS = 10 * 60_000;
const RENEW_EVERY_MS = LEASE_MS / 3;

export interface HoldLeaseDeps {
  readonly catalogue: Pick<Catalogue, 'reserveLease' | 'renewLease' | 'endLease' | 'finishShreds'>;
  readonly blobs: Pick<BlobStore, 'remove'>;
  readonly leaseholder: Pick<Leaseholder, 'holder'>;
  readonly clock: Clock;
}

/**
 * A writer's promise in the catalogue while it works: its blobs are not orphans, its key version is not unused.
 * A publication ends it; `abandon` gives everything back.
 */
export interface Lease {
  readonly id: string;
  /** Names the key version that the blobs will be wrapped with. Throws `KEY_VERSION_BLOCKED`. */
  useKey(key: KeyRef): Promise<void>;
  /** Takes in one more blob before its first byte is written. */
  newBlob(): Promise<BlobId>;
  /** Ends the lease and removes what it wrote, unless a publication ended it already. */
  abandon(): Promise<void>;
  /** Stops renewing: the lease was ended by a publication. */
  settle(): void;
}

/** Takes a lease. Blobs are named, and so accounted for, before they are written. */
export async function holdLease(deps: HoldLeaseDeps, purpose: string): Promise<Lease> {
  const id = randomId();
  const expiresAt = () => new Date(deps.clock.now().getTime() + LEASE_MS).toISOString();
  await deps.catalogue.reserveLease(
    { id, purpose, holder: deps.leaseholder.holder, createdAt: stamp(deps.clock), expiresAt: expiresAt() },
    [],
  );
  const renewal = setInterval(() => {
    // A renewal that fails is noticed where it matters: the publication throws LEASE_LOST.
    deps.catalogue.renewLease(id, { expiresAt: expiresAt() }).catch(() => undefined);
  }, RENEW_EVERY_MS);
  renewal.unref();
  return {
    id,
    useKey: (key) => deps.catalogue.renewLease(id, { key }),
    async newBlob() {
      const blob = randomId() as BlobId;
      await deps.catalogue.renewLease(id, { blobs: [blob] });
      return blob;
    },
    async abandon() {
      clearInterval(renewal);
      const shreds: readonly ShredRow[] = await deps.catalogue.endLease(id, stamp(deps.clock));
      await shredBlobs(deps, shreds);
    },
    settle: () => clearInterval(renewal),
  };
}
