import type { AccessCode, Caller, LongRunning, RotationReport } from '../api/index.ts';
import { assertNotAborted } from '../bytes/index.ts';
import { isStrongroomError, StrongroomError, toStrongroomError } from '../errors/index.ts';
import type { Keyring } from '../keyring/index.ts';
import type { BlobId, BlobRow, BlobStore, Catalogue, HeaderNote } from '../storage/index.ts';
import { onEverything, onKey } from './act.ts';
import type { Gate } from './gate.ts';
import { type HoldLeaseDeps, holdLease } from './hold-lease.ts';
import { type ReencryptBlobDeps, reencryptBlob } from './reencrypt-blob.ts';
import { rewrapBlob } from './rewrap-blob.ts';

/** Blobs read from the catalogue, and noted in it, at a time. */
const PAGE = 256;
/** Headers rewritten at once; each waits for the disk more than for the processor. */
const CONCURRENCY = 16;

export interface RotateKeysDeps extends ReencryptBlobDeps {
  readonly gate: Gate;
  readonly keyring: Keyring;
  readonly catalogue: Catalogue;
  readonly blobs: BlobStore;
}

export interface RotateKeysInput extends LongRunning {
  /** Absent: every key. */
  readonly name?: string;
  /** Also give every blob a new data key and write its payload anew. */
  readonly data?: boolean;
  readonly accessCode?: AccessCode;
}

/**
 * A new version of a key, and every blob's data key wrapped with it. A kill in between leaves blobs under both
 * versions, all of which open; the next rotation or the retirement of the old version takes up the rest.
 */
export function rotateKeys(
  deps: RotateKeysDeps,
  caller: Caller,
  input: RotateKeysInput,
): Promise<readonly RotationReport[]> {
  const act = input.name === undefined ? onEverything('key:rotate') : onKey('key:rotate', input.name);
  return deps.gate.pass(caller, act, async () => {
    // Another process may have made keys since this one read the keyring.
    await deps.keyring.refresh();
    const names = input.name === undefined ? deps.keyring.list().map((key) => key.name) : [input.name];
    const reports: RotationReport[] = [];
    for (const name of names) reports.push(await rotateKey(deps, name, input));
    return reports;
  });
}

async function rotateKey(
  deps: RotateKeysDeps,
  name: string,
  input: RotateKeysInput,
): Promise<RotationReport> {
  const version = await deps.keyring.rotate(name);
  await deps.catalogue.noteKeyringGeneration(deps.keyring.generation);
  const counts = { reencrypted: 0, skipped: 0 };
  if (input.data === true) {
    for await (const blob of blobsBelow(deps, name, version)) {
      assertNotAborted(input.signal);
      const outcome = await unlessDamaged(() =>
        reencryptBlob(deps, blob, { keyName: name, ...pickCode(input) }),
      );
      if (outcome === 'skipped') counts.skipped++;
      if (outcome === 'reencrypted') counts.reencrypted++;
      input.onProgress?.({ phase: 're-encrypt', done: counts.reencrypted + counts.skipped, unit: 'items' });
    }
  }
  // What could not be re-encrypted for its damage is met again here, and counted once.
  const wrapped = await rewrapBelow(deps, { name, version, ...pickRunning(input) });
  return { key: name, version, ...counts, ...wrapped };
}

export interface RewrapBelowDeps extends HoldLeaseDeps {
  readonly keyring: Keyring;
  readonly blobs: BlobStore;
  readonly catalogue: HoldLeaseDeps['catalogue'] & Pick<Catalogue, 'listBlobs' | 'noteHeaders' | 'findBlob'>;
}

export interface RewrapBelowInput extends LongRunning {
  readonly name: string;
  readonly version: number;
}

/**
 * Wraps every data key that an older version of a key wraps with the active one; returns how many, and how many
 * could not be for their damage: those keep the older version from being retired. The lease tells the next opening,
 * should this be killed, that half-written headers may lie about.
 */
export async function rewrapBelow(
  deps: RewrapBelowDeps,
  input: RewrapBelowInput,
): Promise<Pick<RotationReport, 'rewrapped' | 'damaged'>> {
  const lease = await holdLease(deps, 'rewrap');
  try {
    return await rewrapPages(deps, input);
  } finally {
    await lease.abandon();
  }
}

async function rewrapPages(
  deps: RewrapBelowDeps,
  input: RewrapBelowInput,
): Promise<Pick<RotationReport, 'rewrapped' | 'damaged'>> {
  const counts = { rewrapped: 0, damaged: 0 };
  let page: BlobRow[] = [];
  const flush = async () => {
    const notes = await mapConcurrently(page, (blob) => rewrapUnlessGone(deps, blob.id, input.name));
    const rewrapped = notes.filter((note) => typeof note === 'object');
    await deps.catalogue.noteHeaders(rewrapped);
    counts.rewrapped += rewrapped.length;
    counts.damaged += notes.filter((note) => note === 'damaged').length;
    page = [];
    input.onProgress?.({ phase: 'rewrap', done: counts.rewrapped, unit: 'items' });
  };
  for await (const blob of blobsBelow(deps, input.name, input.version)) {
    assertNotAborted(input.signal);
    page.push(blob);
    if (page.length === PAGE) await flush();
  }
  if (page.length > 0) await flush();
  return counts;
}

/** `undefined` when the blob's model or version was removed while its turn came. */
async function rewrapUnlessGone(
  deps: RewrapBelowDeps,
  blob: BlobId,
  keyName: string,
): Promise<HeaderNote | 'damaged' | undefined> {
  try {
    return await unlessDamaged(() => rewrapBlob(deps, blob, keyName));
  } catch (error) {
    const isMissing = isStrongroomError(error, 'BLOB_MISSING');
    if (!isMissing && !isStrongroomError(error, 'STORAGE_MISSING')) throw error;
    if ((await deps.catalogue.findBlob(blob)) === undefined) return undefined;
    if (isMissing) return 'damaged';
    throw error;
  }
}

/** One damaged blob must not keep the others under a key that is to go. */
async function unlessDamaged<T>(work: () => Promise<T>): Promise<T | 'damaged'> {
  try {
    return await work();
  } catch (error) {
    // A keyring or a catalogue that is damaged is another matter.
    if (!toStrongroomError(error).code.startsWith('CONTAINER_')) throw error;
    return 'damaged';
  }
}

async function* blobsBelow(
  deps: { readonly catalogue: Pick<Catalogue, 'listBlobs'> },
  key: string,
  belowKeyVersion: number,
): AsyncGenerator<BlobRow> {
  let after: BlobId | undefined;
  for (;;) {
    const page = await deps.catalogue.listBlobs({
      key,
      belowKeyVersion,
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    });
    yield* page;
    after = page.at(-1)?.id;
    if (page.length < PAGE) return;
  }
}

async function mapConcurrently<Result>(
  items: readonly BlobRow[],
  work: (item: BlobRow) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = items.values();
  const runners = Array.from({ length: CONCURRENCY }, async () => {
    for (const item of queue) results.push(await work(item));
  });
  const settled = await Promise.allSettled(runners);
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    throw failed.reason instanceof Error
      ? failed.reason
      : new StrongroomError('INTERNAL', 'a rewrap failed', { cause: failed.reason });
  }
  return results;
}

function pickCode(input: RotateKeysInput): { accessCode?: AccessCode } & LongRunning {
  return {
    ...(input.accessCode === undefined ? {} : { accessCode: input.accessCode }),
    ...pickSignal(input),
  };
}

function pickRunning(input: LongRunning): LongRunning {
  return {
    ...(input.onProgress === undefined ? {} : { onProgress: input.onProgress }),
    ...pickSignal(input),
  };
}

function pickSignal(input: LongRunning): LongRunning {
  return input.signal === undefined ? {} : { signal: input.signal };
}
