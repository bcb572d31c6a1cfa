import {
  type Caller,
  type FileInput,
  namespaceOf,
  type PutVersionInput,
  type Version,
} from '../api/index.ts';
import { assertNotAborted } from '../bytes/index.ts';
import { type AccessCodeKey, type AccessCodeUnlocker, accessCodeKey } from '../container/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import type { Keyring } from '../keyring/index.ts';
import type { NewVersion, PublishedVersion, Registry } from '../registry/index.ts';
import type { BlobStore, Catalogue, KeyRef, NewFile } from '../storage/index.ts';
import { type Admission, type AdmitVersionDeps, admitVersion } from './admit-version.ts';
import type { SealDefaults, VaultLimits } from './deps.ts';
import { type FindUnfitTwinsDeps, findUnfitTwins } from './find-unfit-twins.ts';
import { denial, type Gate, type GrantedAct, type Permit } from './gate.ts';
import { type HoldLeaseDeps, holdLease, type Lease } from './hold-lease.ts';
import { assertMayPut, mayMake } from './may-put.ts';
import { rewrapBlob } from './rewrap-blob.ts';
import { type SealBlobDeps, type SealPlan, sealBlob } from './seal-blob.ts';
import { shownTo } from './shown-to.ts';
import { shredBlobs } from './shred-blobs.ts';

export interface PutVersionDeps
  extends HoldLeaseDeps,
    SealBlobDeps,
    FindUnfitTwinsDeps,
    Omit<AdmitVersionDeps, 'keyring'> {
  readonly gate: Gate;
  readonly registry: AdmitVersionDeps['registry'] &
    Pick<Registry, 'assertPublishable' | 'findNamespace' | 'findModel' | 'publishVersion'>;
  readonly catalogue: HoldLeaseDeps['catalogue'] &
    FindUnfitTwinsDeps['catalogue'] &
    AdmitVersionDeps['catalogue'] &
    Pick<Catalogue, 'noteKeyringGeneration' | 'unblockKeyVersion'>;
  readonly keyring: Keyring;
  readonly blobs: BlobStore;
  readonly limits: VaultLimits;
  readonly sealDefaults: SealDefaults;
}

/**
 * Seals the files of a new version, scans them as they were sealed, and makes the version visible, or quarantined,
 * where the policy of its namespace says so, all or nothing. A kill at any point leaves either nothing
 * visible or the whole version; what was written for nothing is removed at the next opening.
 */
export function putVersion(deps: PutVersionDeps, caller: Caller, input: PutVersionInput): Promise<Version> {
  return deps.gate.pass(caller, creating(caller, input), async (permit) => {
    await assertWelcome(deps, permit, input);
    const lease = await holdLease(deps, 'put');
    try {
      const plan = await planSealing(deps, input, lease);
      const files = await sealFiles(deps, input, { lease, plan });
      const admission = await admit(deps, input, { files, accessCode: plan.accessCode });
      // The upload may have taken hours, and somebody may have thought better of it.
      await permit.assertHolds();
      const version = await publish(deps, {
        words: input,
        permit,
        lease: lease.id,
        files,
        admission,
      });
      lease.settle();
      return shownTo(permit, version);
    } catch (error) {
      await lease.abandon();
      throw error;
    }
  });
}

/** Where the model cannot be seen, it is refused as where there is none and it may not be made. */
function creating(caller: Caller, { model }: PutVersionInput): GrantedAct {
  const action = 'version:create';
  return { action, on: model, resource: model, ifHidden: () => denial(caller, action, model) };
}

/** Refuses before the first byte what would be refused after the last. */
async function assertWelcome(deps: PutVersionDeps, permit: Permit, input: PutVersionInput): Promise<void> {
  const { files } = input;
  await assertMayPut(deps, permit, input);
  const { maxFiles, maxFileBytes, minFreeBytes } = deps.limits;
  if (files.length > maxFiles) {
    throw new StrongroomError(
      'INPUT_TOO_LARGE',
      `${files.length} files are more than ${maxFiles} (limits.max_files)`,
    );
  }
  const tooLarge = files.find((file) => (file.size ?? 0) > maxFileBytes);
  if (tooLarge !== undefined) {
    throw new StrongroomError(
      'INPUT_TOO_LARGE',
      `${tooLarge.path} is larger than ${maxFileBytes} bytes (limits.max_file_bytes)`,
    );
  }
  await deps.registry.assertPublishable(
    input,
    files.map((file) => file.path),
  );
  const free = await deps.limits.freeBytes();
  const needed = files.reduce((sum, file) => sum + (file.size ?? 0), minFreeBytes);
  if (free !== undefined && free < needed) {
    throw new StrongroomError(
      'STORAGE_FULL',
      `${needed} bytes are needed on the disk of the home, ${free} are free`,
    );
  }
}

async function planSealing(deps: PutVersionDeps, input: PutVersionInput, lease: Lease): Promise<SealPlan> {
  const namespace = await deps.registry.findNamespace(namespaceOf(input.model));
  const common = {
    withSha512: input.withSha512 ?? deps.sealDefaults.withSha512,
    maxFileBytes: deps.limits.maxFileBytes,
    compression: input.compression ?? deps.sealDefaults.compression,
    signal: input.signal,
  };
  if (namespace?.encryption === 'off') {
    if (input.accessCode !== undefined) {
      throw new StrongroomError(
        'INPUT_INVALID',
        'an access code protects nothing where encryption is switched off',
      );
    }
    return common;
  }
  const name = namespace?.keyScope === 'model' ? input.model : namespaceOf(input.model);
  await reserveKey(deps, name, lease);
  return {
    ...common,
    recipient: deps.keyring.recipient(name),
    accessCode: input.accessCode && (await accessCodeKey(input.accessCode)),
  };
}

/** Makes sure of a key to wrap with, and of its staying usable until the publication. */
async function reserveKey(deps: PutVersionDeps, name: string, lease: Lease): Promise<void> {
  const key: KeyRef = { key: name, version: await deps.keyring.ensureKey(name) };
  await deps.catalogue.noteKeyringGeneration(deps.keyring.generation);
  try {
    await lease.useKey(key);
  } catch (error) {
    if (!isStrongroomError(error, 'KEY_VERSION_BLOCKED')) throw error;
    await deps.keyring.refresh();
    if ((await deps.keyring.ensureKey(name)) !== key.version) return reserveKey(deps, name, lease);
    // Only versions that are not active are blocked: this block is of a removed key that had the same name.
    await deps.catalogue.unblockKeyVersion(key);
    await lease.useKey(key);
  }
}

async function sealFiles(
  deps: PutVersionDeps,
  input: PutVersionInput,
  under: { readonly lease: Lease; readonly plan: SealPlan },
): Promise<readonly NewFile[]> {
  const total = totalSize(input.files);
  const sealed: NewFile[] = [];
  let before = 0;
  for (const file of input.files) {
    assertNotAborted(input.signal);
    const offset = before;
    const onBytes = (done: number) =>
      input.onProgress?.({
        phase: 'seal',
        done: offset + done,
        unit: 'bytes',
        ...(total === undefined ? {} : { total }),
      });
    const row = await sealBlob(deps, file, {
      blob: await under.lease.newBlob(),
      plan: { ...under.plan, onBytes },
    });
    before += row.blob.size;
    sealed.push(row);
  }
  return sealed;
}

function totalSize(files: readonly FileInput[]): number | undefined {
  return files.every((file) => file.size !== undefined)
    ? files.reduce((sum, file) => sum + (file.size ?? 0), 0)
    : undefined;
}

function admit(
  deps: PutVersionDeps,
  input: PutVersionInput,
  sealed: { readonly files: readonly NewFile[]; readonly accessCode: AccessCodeKey | undefined },
): Promise<Admission> {
  const { model, signatures, signal, onProgress } = input;
  return admitVersion(deps, {
    model,
    files: sealed.files,
    unlocker: sealed.accessCode && unlockerOf(sealed.accessCode),
    signal,
    onProgress,
    ...(signatures === undefined ? {} : { signatures }),
  });
}

/** Opens what was just sealed with the code, without deriving it again. */
function unlockerOf({ key }: AccessCodeKey): AccessCodeUnlocker {
  return { keyFor: () => Promise.resolve(key), wipe: () => undefined };
}

interface Publication {
  readonly words: PutVersionInput;
  readonly permit: Permit;
  readonly lease: string;
  readonly files: readonly NewFile[];
  readonly admission: Admission;
}

async function publish(deps: PutVersionDeps, publication: Publication): Promise<Version> {
  const { words, permit, lease, files, admission } = publication;
  const { model, signal } = words;
  const unfitTwins = await findUnfitTwins(deps, { model, files, signal });
  const request: NewVersion = {
    ...wordsOf(words),
    createdBy: permit.caller.id,
    assertMayMake: mayMake(permit, model),
    lease,
    files,
    unfitTwins,
    ...admission,
  };
  const first = await deps.registry.publishVersion(request);
  const result = first.outcome === 'key-blocked' ? await publishRewrapped(deps, request, first.key) : first;
  if (result.outcome === 'key-blocked') {
    throw new StrongroomError(
      'STORAGE_CONFLICT',
      `the key ${result.key.key} was retired twice while this was written`,
    );
  }
  await shredBlobs(deps, result.superfluous);
  return result.version;
}

/** The key version was retired under our hands: wrap the data keys with the active one and try once more. */
async function publishRewrapped(
  deps: PutVersionDeps,
  request: NewVersion,
  blocked: KeyRef,
): Promise<PublishedVersion> {
  await deps.keyring.refresh();
  const files: NewFile[] = [];
  for (const file of request.files) {
    const note = await rewrapBlob(deps, file.blob.id, blocked.key);
    files.push({
      ...file,
      blob: {
        ...file.blob,
        headerGeneration: note.headerGeneration,
        ...(note.key === undefined ? {} : { key: note.key }),
      },
    });
  }
  const active = files.find((file) => file.blob.key !== undefined)?.blob.key;
  if (active !== undefined) await deps.catalogue.renewLease(request.lease, { key: active });
  return await deps.registry.publishVersion({ ...request, files });
}

function wordsOf(
  input: PutVersionInput,
): Omit<NewVersion, 'createdBy' | 'lease' | 'files' | 'assertMayMake'> {
  const { model, aliases, metrics, metricDirections, metadata, derivedFrom, signatures } = input;
  return {
    model,
    ...(aliases === undefined ? {} : { aliases }),
    ...(metrics === undefined ? {} : { metrics }),
    ...(metricDirections === undefined ? {} : { metricDirections }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(derivedFrom === undefined ? {} : { derivedFrom }),
    ...(signatures === undefined ? {} : { signatures }),
  };
}
