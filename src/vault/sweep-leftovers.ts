import type { BlobStore, Catalogue } from '../storage/index.ts';
import { type Clock, type Leaseholder, stamp } from './deps.ts';
import { shredBlobs } from './shred-blobs.ts';

/** A temporary file this old has no writer any more, whoever that was. */
const ABANDONED_MS = 24 * 60 * 60_000;

/** File systems stamp times in steps; what was written at once may look this much older. */
const CLOCK_STEP_MS = 20;

export interface SweepLeftoversDeps {
  readonly catalogue: Pick<Catalogue, 'endDeadLeases' | 'listShreds' | 'finishShreds' | 'listLeases'>;
  readonly blobs: Pick<BlobStore, 'remove' | 'sweep'>;
  readonly leaseholder: Pick<Leaseholder, 'isLive'>;
  readonly clock: Clock;
}

/**
 * Finishes what interrupted processes left: ends the leases of dead writers, removes the blobs that nothing refers
 * to, and their temporary files. Run at every opening; it costs two queries when there is nothing to do.
 */
export async function sweepLeftovers(deps: SweepLeftoversDeps): Promise<void> {
  const ended = await deps.catalogue.endDeadLeases(deps.leaseholder.isLive, stamp(deps.clock));
  const shreds = await deps.catalogue.listShreds();
  await shredBlobs(deps, shreds);
  if (ended.leases === 0) return;
  // Whoever is not listed now takes a lease later, and what it writes is younger than this look.
  const looked = deps.clock.now().getTime();
  const isAnybodyWriting = (await deps.catalogue.listLeases()).length > 0;
  const sinceLook = deps.clock.now().getTime() - looked + CLOCK_STEP_MS;
  await deps.blobs.sweep(isAnybodyWriting ? ABANDONED_MS : sinceLook);
}
