import { crc32 } from 'node:zlib';
import { type CompressedInput, DecodeHalt, noteHalt } from '../compressed/decoder.ts';
import { InputWindow } from '../compressed/input-window.ts';
import { decodeLzma2 } from './lzma2.ts';
import { MAX_DICTIONARY_BYTES } from './read-lzma.ts';

// The .xz file format, version 1.2.
const MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] as const;
const HEADER_BYTES = 12;
const FOOTER_BYTES = 12;
const FILTER_LZMA2 = 0x21;
/** Bytes of each kind of check, by its number. */
const CHECK_BYTES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64] as const;
const CHECK_CRC32 = 1;
const MAX_STREAMS = 10_000;
const MAX_BLOCKS = 100_000;

/** Whether these bytes begin an xz stream. */
export function isXz(head: Uint8Array): boolean {
  return MAGIC.every((byte, at) => head[at] === byte);
}

/** The content of all xz streams that follow one another, with the padding between them. */
export async function* decodeXz(input: CompressedInput): AsyncGenerator<Uint8Array, number> {
  const window = new InputWindow(input.source, input.start);
  try {
    for (let streams = 0; ; streams++) {
      await window.fill(HEADER_BYTES);
      if (!isXz(window.bytes.subarray(window.at))) return window.offset;
      if (streams >= MAX_STREAMS)
        throw new DecodeHalt('XZ_STREAMS', `more than ${MAX_STREAMS} streams`, 'limit');
      yield* decodeStream(window, input);
      await passPadding(window);
    }
  } catch (error) {
    noteHalt(error, input, window.offset);
    return input.source.size;
  }
}

async function* decodeStream(window: InputWindow, input: CompressedInput): AsyncGenerator<Uint8Array> {
  const header = await window.take(HEADER_BYTES);
  if (header === undefined) throw cut();
  const [reserved = 0, check = 0] = header.subarray(MAGIC.length);
  if (uint32At(header, 8) !== crc32(header.subarray(6, 8)) || reserved !== 0 || check > 15)
    throw broken('the header of a stream is wrong');
  for (let blocks = 0; blocks < MAX_BLOCKS; blocks++) {
    const [size] = (await window.take(1)) ?? [];
    if (size === undefined) throw cut();
    if (size === 0) {
      await passIndex(window, window.offset - 1);
      return;
    }
    yield* decodeBlock(window, input, { headerBytes: (size + 1) * 4, check });
  }
  throw new DecodeHalt('XZ_BLOCKS', `more than ${MAX_BLOCKS} blocks`, 'limit');
}

async function* decodeBlock(
  window: InputWindow,
  input: CompressedInput,
  { headerBytes, check }: { headerBytes: number; check: number },
): AsyncGenerator<Uint8Array> {
  window.at--;
  const header = await window.take(headerBytes);
  if (header === undefined) throw cut();
  if (uint32At(header, headerBytes - 4) !== crc32(header.subarray(0, -4)))
    throw broken('the check sum of a block header is wrong');
  const dictionaryBytes = parseFilters(header);
  const start = window.offset;
  let crc = 0;
  for await (const chunk of decodeLzma2(window, dictionaryBytes)) {
    if (check === CHECK_CRC32) crc = crc32(chunk, crc);
    yield chunk;
  }
  const padding = (4 - ((window.offset - start) % 4)) % 4;
  const rest = await window.take(padding + (CHECK_BYTES[check] ?? 0));
  if (rest === undefined) throw cut();
  if (check === CHECK_CRC32 && uint32At(rest, padding) !== crc) {
    const message = 'the check sum of a block is wrong';
    input.note({ severity: 'error', code: 'XZ_CHECKSUM', offset: window.offset - 4, message });
  }
}

/** The dictionary size of the one filter that a block may have here. */
function parseFilters(header: Uint8Array): number {
  const flags = header[1] ?? 0;
  if ((flags & 0x3c) !== 0) throw broken('reserved flags of a block');
  const fields = new FieldReader(header, 2);
  if ((flags & 0x40) !== 0) fields.number();
  if ((flags & 0x80) !== 0) fields.number();
  if ((flags & 3) !== 0 || fields.number() !== FILTER_LZMA2 || fields.number() !== 1)
    throw new DecodeHalt('XZ_UNSUPPORTED', 'filters other than LZMA2', 'limit');
  const bits = fields.number();
  if (bits > 40) throw broken('an impossible dictionary size');
  const size = bits === 40 ? 0xffffffff : (2 | (bits & 1)) * 2 ** (Math.floor(bits / 2) + 11);
  return Math.min(size, MAX_DICTIONARY_BYTES);
}

/** Numbers of up to nine bytes, seven bits each (xz §1.2); above 2^53 they are only known to be large. */
class FieldReader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  number(): number {
    let value = 0;
    for (let place = 0; place < 9; place++) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw broken('a number is cut');
      value += (byte & 0x7f) * 2 ** (7 * place);
      if (byte < 0x80) return value;
    }
    throw broken('a number of more than nine bytes');
  }
}

/** Passes the index and the footer; the content is known without them, so only their place is checked. */
async function passIndex(window: InputWindow, start: number): Promise<void> {
  const records = await takeNumber(window);
  if (records > MAX_BLOCKS) throw broken('an index of more records than blocks');
  for (let record = 0; record < records * 2; record++) await takeNumber(window);
  const padding = (4 - ((window.offset - start) % 4)) % 4;
  const rest = await window.take(padding + 4 + FOOTER_BYTES);
  if (rest === undefined) throw cut();
  if (rest.at(-2) !== 0x59 || rest.at(-1) !== 0x5a) throw broken('the footer of a stream is wrong');
}

async function takeNumber(window: InputWindow): Promise<number> {
  let value = 0;
  for (let place = 0; place < 9; place++) {
    const [byte] = (await window.take(1)) ?? [];
    if (byte === undefined) throw cut();
    value += (byte & 0x7f) * 2 ** (7 * place);
    if (byte < 0x80) return value;
  }
  throw broken('a number of more than nine bytes');
}

/** Zero bytes in fours may stand between streams and behind the last. */
async function passPadding(window: InputWindow): Promise<void> {
  while (await window.fill(4)) {
    if (uint32At(window.bytes, window.at) !== 0) return;
    window.at += 4;
  }
}

function uint32At(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at, at + 4);
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}

function broken(message: string): DecodeHalt {
  return new DecodeHalt('XZ_BROKEN', message);
}

function cut(): DecodeHalt {
  return broken('the data is cut');
}
