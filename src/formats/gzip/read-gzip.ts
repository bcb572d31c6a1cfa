import { crc32, createInflate, createInflateRaw } from 'node:zlib';
import type { CompressedInput } from '../compressed/decoder.ts';
import { runEngine } from '../compressed/engine.ts';
import { InputWindow } from '../compressed/input-window.ts';

// RFC 1952 (gzip), RFC 1950 (zlib).
const FLAG_HEADER_CRC = 0x02;
const FLAG_EXTRA = 0x04;
const FLAG_NAME = 0x08;
const FLAG_COMMENT = 0x10;
const FIXED_HEADER_BYTES = 10;
const TRAILER_BYTES = 8;
/** Longest file name or comment that a header may hold. */
const MAX_TEXT_BYTES = 65_536;
/** Members of one file; each may be empty, and millions fit into a small one. */
const MAX_MEMBERS = 10_000;

/** Whether these bytes begin a gzip member. */
export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b && head[2] === 8;
}

/** Whether these bytes begin a zlib stream: deflate, a window of at most 32 KiB, and the check sum of the header. */
export function isZlib(head: Uint8Array): boolean {
  const [cmf = 0, flags = 0] = head;
  return (cmf & 0x0f) === 8 && cmf >> 4 <= 7 && ((cmf << 8) | flags) % 31 === 0 && (flags & 0x20) === 0;
}

/** The content of all gzip members that follow one another (RFC 1952 §2.2). */
export async function* decodeGzip(input: CompressedInput): AsyncGenerator<Uint8Array, number> {
  let offset = input.start;
  for (let members = 0; ; members++) {
    const window = new InputWindow(input.source, offset);
    await window.fill(FIXED_HEADER_BYTES);
    if (!isGzip(window.bytes)) return offset;
    if (members >= MAX_MEMBERS) {
      const message = `more than ${MAX_MEMBERS} members`;
      input.note({ severity: 'limit', code: 'GZIP_MEMBERS', offset, message });
      return offset;
    }
    if (!(await passHeader(window))) {
      input.note({
        severity: 'error',
        code: 'GZIP_HEADER',
        offset,
        message: 'the header is cut or too long',
      });
      return input.source.size;
    }
    const end = yield* decodeMember(input, window.offset);
    if (end === undefined) return input.source.size;
    offset = end;
  }
}

/** A zlib stream, its check sum verified. */
export async function* decodeZlib(input: CompressedInput): AsyncGenerator<Uint8Array, number> {
  const range = { source: input.source, start: input.start, end: input.source.size };
  const { used, failure } = yield* runEngine(createInflate(), range);
  const offset = input.start + used;
  if (failure !== undefined) {
    input.note({
      severity: 'error',
      code: 'ZLIB_BROKEN',
      offset,
      message: `the data is broken (${failure})`,
    });
    return input.source.size;
  }
  return offset;
}

/** Where the member ends, or `undefined` when it is broken. */
async function* decodeMember(
  input: CompressedInput,
  start: number,
): AsyncGenerator<Uint8Array, number | undefined> {
  const content = runEngine(createInflateRaw(), { source: input.source, start, end: input.source.size });
  let crc = 0;
  let size = 0;
  for (;;) {
    const next = await content.next();
    if (next.done !== true) {
      crc = crc32(next.value, crc);
      size = (size + next.value.length) >>> 0;
      yield next.value;
      continue;
    }
    const { used, failure } = next.value;
    const offset = start + used;
    if (failure !== undefined) {
      input.note({
        severity: 'error',
        code: 'GZIP_BROKEN',
        offset,
        message: `the data is broken (${failure})`,
      });
      return undefined;
    }
    await checkTrailer(input, { offset, crc, size });
    return Math.min(input.source.size, offset + TRAILER_BYTES);
  }
}

async function checkTrailer(
  input: CompressedInput,
  { offset, crc, size }: { offset: number; crc: number; size: number },
): Promise<void> {
  const bytes = await input.source.read(offset, TRAILER_BYTES);
  if (bytes.length < TRAILER_BYTES) {
    input.note({ severity: 'error', code: 'GZIP_BROKEN', offset, message: 'the trailer is cut' });
    return;
  }
  const trailer = new DataView(bytes.buffer, bytes.byteOffset, TRAILER_BYTES);
  if (trailer.getUint32(0, true) !== crc || trailer.getUint32(4, true) !== size) {
    const message = 'the check sum or the length in the trailer is wrong';
    input.note({ severity: 'error', code: 'GZIP_CHECKSUM', offset, message });
  }
}

/** Moves a window behind the header; false when there is no whole header. */
async function passHeader(window: InputWindow): Promise<boolean> {
  const fixed = await window.take(FIXED_HEADER_BYTES);
  const flags = fixed?.[3] ?? 0;
  if (fixed === undefined) return false;
  if ((flags & FLAG_EXTRA) !== 0) {
    const length = await window.take(2);
    if (length === undefined) return false;
    if ((await window.take((length[0] ?? 0) | ((length[1] ?? 0) << 8))) === undefined) return false;
  }
  if ((flags & FLAG_NAME) !== 0 && !(await passText(window))) return false;
  if ((flags & FLAG_COMMENT) !== 0 && !(await passText(window))) return false;
  return (flags & FLAG_HEADER_CRC) === 0 || (await window.take(2)) !== undefined;
}

async function passText(window: InputWindow): Promise<boolean> {
  await window.fill(MAX_TEXT_BYTES);
  const end = window.bytes.indexOf(0, window.at);
  if (end < 0 || end - window.at > MAX_TEXT_BYTES) return false;
  window.at = end + 1;
  return true;
}
