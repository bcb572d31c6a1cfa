import type { Compression, FileInput } from '../api/index.ts';
import { type ByteStream, watchStream } from '../bytes/index.ts';
import {
  type AccessCodeKey,
  type ContainerHeader,
  formatHeader,
  type KekSlot,
  type Recipient,
  type SealedBlob,
  type SegmentPool,
  sealPayload,
} from '../container/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { BlobId, BlobStore, KeyRef, NewFile } from '../storage/index.ts';
import { type Clock, stamp } from './deps.ts';

export interface SealBlobDeps {
  readonly blobs: Pick<BlobStore, 'create'>;
  readonly keyring: { readonly vault: string };
  readonly pool: SegmentPool;
  readonly clock: Clock;
}

/** How the blobs of one version are sealed; the same for all of them. */
export interface SealPlan {
  /** Absent: encryption was switched off for the namespace. */
  readonly recipient?: Recipient;
  readonly accessCode?: AccessCodeKey | undefined;
  readonly compression?: Compression | undefined;
  readonly withSha512: boolean;
  readonly maxFileBytes: number;
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: ((done: number) => void) | undefined;
}

/** Seals one file into the store in one pass. It is stored, but nothing refers to it yet. */
export async function sealBlob(
  deps: SealBlobDeps,
  file: FileInput,
  into: { readonly blob: BlobId; readonly plan: SealPlan },
): Promise<NewFile> {
  const { blob, plan } = into;
  const writer = await deps.blobs.create(blob);
  try {
    const sealed = await sealPayload(
      {
        vault: deps.keyring.vault,
        blob,
        name: file.path,
        input: measured(file, plan.maxFileBytes),
        write: (chunk) => writer.write(chunk),
        recipients: plan.recipient === undefined ? [] : [plan.recipient],
        encryption: plan.recipient === undefined ? 'off' : 'on',
        createdAt: stamp(deps.clock),
        withSha512: plan.withSha512,
        accessCode: plan.accessCode,
        compression: plan.compression,
        signal: plan.signal,
        onProgress: plan.onBytes,
      },
      { pool: deps.pool },
    );
    await writer.commit(formatHeader(sealed.header));
    return fileRow(file, sealed, plan);
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

function fileRow(file: FileInput, sealed: SealedBlob, plan: SealPlan): NewFile {
  const key = keyOf(sealed.header);
  return {
    path: file.path,
    ...(sealed.sha512 === undefined ? {} : { sha512: sealed.sha512 }),
    blob: {
      id: sealed.header.blob as BlobId,
      size: sealed.size,
      storedSize: sealed.payloadSize,
      sha256: sealed.sha256,
      headerGeneration: sealed.header.generation,
      ...(key === undefined ? {} : { key }),
      ...(plan.accessCode === undefined ? {} : { codeLock: plan.accessCode.phc }),
    },
  };
}

/** The file's bytes, held to its announced size and to the limit. */
function measured(file: FileInput, maxBytes: number): ByteStream {
  let size = 0;
  return watchStream(file.open(), {
    onBytes: (length) => {
      size += length;
      if (size <= maxBytes) return;
      throw new StrongroomError(
        'INPUT_TOO_LARGE',
        `${file.path} is larger than ${maxBytes} bytes (limits.max_file_bytes)`,
      );
    },
    onEnd: () => {
      if (file.size === undefined || size === file.size) return;
      throw new StrongroomError(
        'STORAGE_CHANGED',
        `${file.path} was announced with ${file.size} bytes and had ${size}`,
      );
    },
  });
}

/** The key version that wraps a data key; read from the slot itself, since the keyring may have moved on meanwhile. */
export function keyOf(header: ContainerHeader): KeyRef | undefined {
  if (header.suite === 0) return undefined;
  const slot = header.slots.find((each): each is KekSlot => each.type === 'kek');
  return slot && { key: slot.key, version: slot.version };
}
