import type { Compression, LongRunning } from '../api/index.ts';
import { type ByteSource, type ByteStream, SecretBytes } from '../bytes/index.ts';
import {
  type Identity,
  kekIdentity,
  kekRecipient,
  type OpenedPayload,
  openPayload,
  type PositionalTarget,
  type Recipient,
  readSealedFile,
  type SealedBlob,
  SealedFileWriter,
  type SegmentPool,
  sealPayload,
} from '../container/index.ts';
import { randomId } from '../crypto/index.ts';
import { type Clock, stamp } from './deps.ts';

/** What stands in the slot of a key that is no key of a keyring: a file with 32 bytes. */
const RAW_KEY = { key: 'key-file', version: 1 } as const;

/** Someone who has a key of 32 bytes. */
export function rawKeyRecipient(key: Uint8Array): Recipient {
  return kekRecipient({ ...RAW_KEY, material: SecretBytes.copyOf(key) });
}

/** The one who has it. */
export function rawKeyIdentity(key: Uint8Array): Identity {
  const material = SecretBytes.copyOf(key);
  return kekIdentity((name) => (name === RAW_KEY.key ? material : undefined));
}

export interface SealFileRequest extends LongRunning {
  readonly name: string;
  readonly input: ByteStream;
  readonly target: PositionalTarget;
  readonly recipients: readonly Recipient[];
  readonly compression?: Compression;
}

/** Seals any file into one that opens anywhere with the right key, without a home. */
export async function sealFile(
  deps: { readonly pool: SegmentPool; readonly clock: Clock },
  request: SealFileRequest,
): Promise<SealedBlob> {
  const writer = new SealedFileWriter(request.target, request.recipients.length);
  const { onProgress } = request;
  const sealed = await sealPayload(
    {
      vault: randomId(),
      blob: randomId(),
      name: request.name,
      input: request.input,
      write: (chunk) => writer.write(chunk),
      recipients: request.recipients,
      createdAt: stamp(deps.clock),
      compression: request.compression,
      signal: request.signal,
      onProgress: onProgress && ((done) => onProgress({ phase: 'seal', done, unit: 'bytes' })),
    },
    { pool: deps.pool },
  );
  await writer.finish(sealed.header);
  return sealed;
}

export interface OpenSealedFileRequest extends LongRunning {
  readonly source: ByteSource;
  readonly identities: readonly Identity[];
  readonly accessCode?: Parameters<typeof openPayload>[0]['accessCode'];
}

/** Opens a sealed file. Throws as `readSealedFile` and `openPayload`. */
export async function openSealedFile(
  deps: { readonly pool: SegmentPool },
  request: OpenSealedFileRequest,
): Promise<OpenedPayload> {
  const { header, payload } = await readSealedFile(request.source);
  return await openPayload(
    {
      header,
      source: payload,
      identities: request.identities,
      accessCode: request.accessCode,
      signal: request.signal,
    },
    { pool: deps.pool },
  );
}
