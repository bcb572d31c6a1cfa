import {
  type ByteRange,
  type ByteSource,
  bufferView,
  fromBase64Url,
  type Passphrase,
} from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { AccessCodeUnlocker } from './access-code.ts';
import type { ContainerHeader, EncryptedHeader, FileMetadata, PlainHeader } from './container-header.ts';
import { openMetadata, payloadAad } from './data-key.ts';
import { DigestReader } from './digest-reader.ts';
import { FloeMessage } from './floe.ts';
import { FrameReader } from './frame-reader.ts';
import { readDek } from './key-slots.ts';
import type { Identity } from './recipient.ts';
import type { SegmentPool } from './segment-pool.ts';
import { SerialSource } from './serial-source.ts';
import { PlainReader, SegmentReader, type StoredReader } from './stored-reader.ts';
import { assertPayloadSize } from './verify-sealed.ts';

/** Which blob is expected; found out before a key is tried. */
export interface ExpectedBlob {
  readonly vault: string;
  readonly blob: string;
  /** The newest generation of the header that the caller knows of. */
  readonly minGeneration?: number | undefined;
}

export interface OpenRequest {
  readonly header: ContainerHeader;
  /** The payload. It stays the caller's and must stay open until the opened payload is closed. */
  readonly source: ByteSource;
  readonly identities: readonly Identity[];
  readonly accessCode?: Passphrase | AccessCodeUnlocker | undefined;
  readonly expected?: ExpectedBlob | undefined;
  /**
   * Whether a payload that is not encrypted, which anybody can make, is wanted too.
   * Default: only where no identity is given, for then nobody counts on a key.
   */
  readonly allowPlain?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A payload whose key, header and end were verified. Close it to forget its key. */
export interface OpenedPayload {
  readonly name: string;
  /** Of the plaintext, in bytes. */
  readonly size: number;
  /** SHA-256 of the plaintext as it was sealed, lower-case hex. */
  readonly sha256: string;
  readonly sha512?: string;
  /**
   * The plaintext, or a range of it: every chunk is yielded after it was verified and belongs to the caller.
   * Throws `INPUT_INVALID` for a range outside the file, `CONTAINER_TAMPERED` where the payload was changed,
   * `CONTAINER_MALFORMED` where it was compressed wrongly, `ABORTED`. A payload that is not encrypted is verified
   * only by reading it whole: its last chunk is held back until its digest fits.
   */
  read(range?: ByteRange): AsyncIterable<Uint8Array>;
  /**
   * As `read`, several times as fast on long files and without garbage, for who is done with a chunk when asking for
   * the next: a chunk is shared memory which is overwritten then.
   */
  lend(range?: ByteRange): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens a payload. When it resolves, header, metadata and the payload's last segment (thus its length) are verified.
 * Throws `CONTAINER_MISPLACED`, `CONTAINER_ROLLED_BACK`, `CONTAINER_TRUNCATED`, `CONTAINER_TAMPERED`,
 * `CONTAINER_NOT_ENCRYPTED`, `CONTAINER_LIMIT`, `KEY_REFUSED`, `ACCESS_CODE_REQUIRED`, and what the source throws.
 */
export async function openPayload(
  request: OpenRequest,
  engine: { readonly pool: SegmentPool },
): Promise<OpenedPayload> {
  const { header, expected, source } = request;
  assertExpected(header, expected);
  assertPayloadSize(header, source);
  return header.suite === 1
    ? await openEncrypted(header, request, engine.pool)
    : await openPlain(header, request, engine.pool);
}

function assertExpected(header: ContainerHeader, expected: ExpectedBlob | undefined): void {
  if (expected === undefined) return;
  if (header.vault !== expected.vault || header.blob !== expected.blob) {
    throw new StrongroomError('CONTAINER_MISPLACED', 'this header belongs to another blob');
  }
  if (header.generation < (expected.minGeneration ?? 0)) {
    throw new StrongroomError('CONTAINER_ROLLED_BACK', 'this header is older than the newest one known');
  }
}

async function openEncrypted(
  header: EncryptedHeader,
  request: OpenRequest,
  pool: SegmentPool,
): Promise<OpenedPayload> {
  using dek = await readDek(header, request.identities, request.accessCode);
  const metadata = openMetadata(dek, header);
  const context = { key: dek, aad: payloadAad(header), segmentBytes: header.segment };
  const message = FloeMessage.open(context, fromBase64Url(header.floe) ?? new Uint8Array());
  if (message === undefined) {
    throw new StrongroomError('CONTAINER_TAMPERED', 'the payload belongs to another key');
  }
  try {
    const source = new SerialSource(request.source);
    const payload = { source, message, storedSize: header.storedSize };
    const segments = new SegmentReader(payload, { pool, signal: request.signal });
    await segments.verifyEnd();
    const reader = await contentReader(segments, header, pool);
    return openedPayload({ header, metadata, reader, forget: () => message.wipe() });
  } catch (error) {
    message.wipe();
    throw error;
  }
}

async function openPlain(
  header: PlainHeader,
  request: OpenRequest,
  pool: SegmentPool,
): Promise<OpenedPayload> {
  if (!(request.allowPlain ?? request.identities.length === 0)) {
    throw new StrongroomError(
      'CONTAINER_NOT_ENCRYPTED',
      'the file is not encrypted, although a key was given',
    );
  }
  const stored = new PlainReader(new SerialSource(request.source), request.signal);
  const content = await contentReader(stored, header, pool);
  const reader = new DigestReader(content, header);
  return openedPayload({ header, metadata: header.plain, reader, forget: () => undefined });
}

async function contentReader(
  stored: StoredReader,
  header: ContainerHeader,
  pool: SegmentPool,
): Promise<StoredReader> {
  const { compression, size, storedSize } = header;
  if (compression.algorithm === 'none') return stored;
  return await FrameReader.open(stored, { size, storedSize, frameBytes: compression.frame }, pool);
}

interface OpenParts {
  readonly header: ContainerHeader;
  readonly metadata: FileMetadata;
  readonly reader: StoredReader;
  readonly forget: () => void;
}

function openedPayload({ header, metadata, reader, forget }: OpenParts): OpenedPayload {
  const { size } = header;
  const { name, sha256, sha512 } = metadata;
  let isClosed = false;
  const assertOpen = (): void => {
    if (isClosed) throw new StrongroomError('ABORTED', 'the payload was closed');
  };
  const lend = (range: ByteRange = { start: 0, end: size }): AsyncIterable<Uint8Array> => {
    assertOpen();
    assertRange(range, size);
    return whileOpen(reader.lend(range), assertOpen);
  };
  const close = (): Promise<void> => {
    isClosed = true;
    forget();
    return Promise.resolve();
  };
  return {
    name,
    size,
    sha256,
    ...(sha512 === undefined ? {} : { sha512 }),
    read: (range) => ownChunks(lend(range)),
    lend,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A payload that is closed while it is read ends with that, not with the errors of a key that is gone. */
async function* whileOpen(
  chunks: AsyncIterable<Uint8Array>,
  assertOpen: () => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    yield chunk;
    assertOpen();
  }
}

async function* ownChunks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    const own = Buffer.allocUnsafeSlow(chunk.length);
    bufferView(chunk).copy(own);
    yield new Uint8Array(own.buffer, own.byteOffset, own.length);
  }
}

function assertRange({ start, end }: ByteRange, size: number): void {
  const isInside = Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && end <= size;
  if (!isInside || start > end) {
    throw new StrongroomError('INPUT_INVALID', `the range is not within the ${size} bytes of the file`);
  }
}
