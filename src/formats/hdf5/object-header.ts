import type { Hdf5File, Hdf5Piece } from './hdf5-file.ts';

/** One message of an object header. */
export interface HeaderMessage {
  readonly type: number;
  /** The message is elsewhere: a committed datatype or the table of shared messages. */
  readonly isShared: boolean;
  readonly body: Hdf5Piece;
}

const CONTINUATION = 0x10;
const SHARED_FLAG = 0x02;
const MAX_CHUNKS = 10_000;
const PREFIX_BYTES = 16;
const CHECKSUM_BYTES = 4;

/** The messages of an object header of either version, with its continuations (specification IV.A). */
export async function readObjectHeader(file: Hdf5File, address: number): Promise<readonly HeaderMessage[]> {
  const start = await file.piece(address, 4);
  return start.text(4) === 'OHDR' ? readSigned(file, address) : readPlain(file, address);
}

/** Version 1: no signature, messages of multiples of eight bytes. */
async function readPlain(file: Hdf5File, address: number): Promise<HeaderMessage[]> {
  const prefix = await file.piece(address, PREFIX_BYTES);
  const version = prefix.uint(1);
  if (version !== 1) file.fail(file.widths.base + address, `an object header of version ${version}`);
  prefix.skip(7);
  const size = prefix.uint(4);
  const messages: HeaderMessage[] = [];
  const chunks = [{ address: address + PREFIX_BYTES, length: size }];
  await eachChunk(file, chunks, async (chunk) => {
    const piece = await file.piece(chunk.address, chunk.length);
    while (piece.remaining >= 8) {
      file.step(chunk.address);
      const type = piece.uint(2);
      const length = piece.uint(2);
      const flags = piece.uint(1);
      piece.skip(3);
      addMessage({ type, flags, body: piece.inner(length) }, messages, chunks);
    }
  });
  return messages;
}

/** Version 2: signed chunks with check sums. */
async function readSigned(file: Hdf5File, address: number): Promise<HeaderMessage[]> {
  const prefix = await file.signed(address, Math.min(64, file.size - file.widths.base - address), 'OHDR');
  const version = prefix.uint(1);
  if (version !== 2) file.fail(file.widths.base + address, `an object header of version ${version}`);
  const flags = prefix.uint(1);
  prefix.skip((flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0));
  const size = prefix.uint(1 << (flags & 0x03));
  const hasOrder = (flags & 0x04) !== 0;
  const messages: HeaderMessage[] = [];
  const chunks = [{ address: address + prefix.position - 4, length: size + 4 + CHECKSUM_BYTES }];
  let isFirst = true;
  await eachChunk(file, chunks, async (chunk) => {
    const piece = isFirst
      ? await file.piece(chunk.address, chunk.length)
      : await file.signed(chunk.address, chunk.length, 'OCHK');
    if (isFirst) piece.skip(4);
    isFirst = false;
    // Less than a message header before the check sum is a gap.
    while (piece.remaining - CHECKSUM_BYTES >= (hasOrder ? 6 : 4)) {
      file.step(chunk.address);
      const type = piece.uint(1);
      const length = piece.uint(2);
      const messageFlags = piece.uint(1);
      if (hasOrder) piece.skip(2);
      addMessage({ type, flags: messageFlags, body: piece.inner(length) }, messages, chunks);
    }
  });
  return messages;
}

interface Chunk {
  readonly address: number;
  readonly length: number;
}

async function eachChunk(
  file: Hdf5File,
  chunks: Chunk[],
  read: (chunk: Chunk) => Promise<void>,
): Promise<void> {
  const seen = new Set<number>();
  for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) {
    if (seen.has(chunk.address)) file.fail(file.widths.base + chunk.address, 'an object header in a circle');
    if (seen.size >= MAX_CHUNKS) file.stop(chunk.address, 'an object header of too many pieces');
    seen.add(chunk.address);
    await read(chunk);
  }
}

function addMessage(
  { type, flags, body }: { type: number; flags: number; body: Hdf5Piece },
  messages: HeaderMessage[],
  chunks: Chunk[],
): void {
  if (type !== CONTINUATION) {
    messages.push({ type, isShared: (flags & SHARED_FLAG) !== 0, body });
    return;
  }
  const address = body.address();
  if (address !== undefined) chunks.push({ address, length: body.size() });
}
