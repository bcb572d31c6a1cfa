import type { AccessCode, FilePath, LongRunning } from '../api/index.ts';
import {
  accessCodeKey,
  accessCodeUnlocker,
  type OpenedPayload,
  parseHeader,
  verifySealed,
} from '../container/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import type { Keyring } from '../keyring/index.ts';
import type { BlobRow, BlobStore, Catalogue, NewFile } from '../storage/index.ts';
import { type SealDefaults, stamp } from './deps.ts';
import { type HoldLeaseDeps, holdLease, type Lease } from './hold-lease.ts';
import { type OpenBlobDeps, type OpenedBlob, openBlob } from './open-blob.ts';
import { type SealBlobDeps, sealBlob } from './seal-blob.ts';
import { shredBlobs } from './shred-blobs.ts';

export interface ReencryptBlobDeps extends HoldLeaseDeps, OpenBlobDeps, SealBlobDeps {
  readonly keyring: Keyring;
  readonly sealDefaults: SealDefaults;
  readonly catalogue: HoldLeaseDeps['catalogue'] & OpenBlobDeps['catalogue'] & Pick<Catalogue, 'replaceBlob'>;
  readonly blobs: BlobStore;
}

export interface ReencryptBlobInput extends LongRunning {
  readonly keyName: string;
  readonly accessCode?: AccessCode;
}

/**
 * Gives a blob a new data key: its content is sealed anew into another blob, read back whole, and put in the place
 * of the old one, which is then removed. `skipped` when its access code was not given, `gone` when it was removed
 * meanwhile. Throws as opening and sealing do; then the old blob stays in force.
 */
export async function reencryptBlob(
  deps: ReencryptBlobDeps,
  row: BlobRow,
  input: ReencryptBlobInput,
): Promise<'reencrypted' | 'skipped' | 'gone'> {
  const old = await openIfPossible(deps, row, input);
  if (old === 'skipped' || old === 'gone') return old;
  const lease = await holdLease(deps, 're-encrypt');
  try {
    const next = await sealAgain(deps, { row, payload: old.payload, lease, input });
    await assertReadsBack(deps, next);
    const request = { lease: lease.id, old: row.id, next: next.blob, at: stamp(deps.clock) };
    const outcome = await deps.catalogue.replaceBlob(request);
    if (outcome === 'key-blocked') {
      throw new StrongroomError(
        'STORAGE_CONFLICT',
        `the key ${input.keyName} was retired while blobs were re-encrypted`,
      );
    }
    if (outcome === 'replaced') {
      await shredBlobs(deps, [{ blob: row.id, storedSize: row.storedSize, requestedAt: stamp(deps.clock) }]);
    }
    return outcome === 'gone' ? 'gone' : 'reencrypted';
  } finally {
    await old.close();
    await lease.abandon();
  }
}

async function openIfPossible(
  deps: ReencryptBlobDeps,
  row: BlobRow,
  input: ReencryptBlobInput,
): Promise<OpenedBlob | 'skipped' | 'gone'> {
  try {
    const unlocker = input.accessCode && accessCodeUnlocker(input.accessCode);
    return await openBlob(deps, { ...wanted(row), accessCode: unlocker, signal: input.signal });
  } catch (error) {
    // Another model's code, or none: its key is still rewrapped, and the report counts it.
    const isLocked = row.codeLock !== undefined && isStrongroomError(error);
    if (isLocked && (error.code === 'ACCESS_CODE_REQUIRED' || error.code === 'KEY_REFUSED')) return 'skipped';
    if ((await deps.catalogue.findBlob(row.id)) === undefined) return 'gone';
    throw error;
  }
}

function wanted(
  row: BlobRow,
): Pick<Parameters<typeof openBlob>[1], 'blob' | 'sha256' | 'size' | 'isEncrypted'> {
  return { blob: row.id, sha256: row.sha256, size: row.size, isEncrypted: row.key !== undefined };
}

interface Resealing {
  readonly row: BlobRow;
  readonly payload: OpenedPayload;
  readonly lease: Lease;
  readonly input: ReencryptBlobInput;
}

async function sealAgain(
  deps: ReencryptBlobDeps,
  { row, payload, lease, input }: Resealing,
): Promise<NewFile> {
  const key = { key: input.keyName, version: await deps.keyring.ensureKey(input.keyName) };
  await lease.useKey(key);
  const accessCode =
    row.codeLock === undefined || input.accessCode === undefined
      ? undefined
      : await accessCodeKey(input.accessCode, row.codeLock);
  const file = { path: payload.name as FilePath, size: payload.size, open: () => payload.lend() };
  return sealBlob(deps, file, {
    blob: await lease.newBlob(),
    plan: {
      recipient: deps.keyring.recipient(input.keyName),
      accessCode,
      withSha512: payload.sha512 !== undefined,
      maxFileBytes: payload.size,
      compression: deps.sealDefaults.compression,
      signal: input.signal,
    },
  });
}

/** The old blob is given up only for one whose whole payload was read back from the store. */
async function assertReadsBack(deps: ReencryptBlobDeps, next: NewFile): Promise<void> {
  const { blob } = next;
  const stored = await deps.blobs.header(blob.id);
  if (stored === undefined) throw new StrongroomError('BLOB_MISSING', `blob ${blob.id} is not in the store`);
  const source = await deps.blobs.open(blob.id);
  try {
    // The AEAD vouches for the content; what reading back can find is a disk that kept something else.
    await verifySealed({ header: parseHeader(stored.bytes), source });
  } finally {
    await source.close();
  }
}
