import { type CompressedInput, DecodeHalt, haltOf, noteHalt } from '../compressed/decoder.ts';
import { InputWindow } from '../compressed/input-window.ts';
import { Dictionary } from './dictionary.ts';
import { LzmaDecoder, lzmaProperties } from './lzma-decoder.ts';
import { RangeDecoder } from './range-decoder.ts';

// The .lzma ("alone") format: properties, dictionary size, content size, then one LZMA stream.
const HEADER_BYTES = 13;
/** Largest dictionary that is followed; `xz -9` uses 64 MiB. */
export const MAX_DICTIONARY_BYTES = 1 << 26;
/** Content decoded at a time. */
const STEP_BYTES = 1 << 16;
/** Input in memory before a step, and what one symbol may need of it at most. */
const INPUT_BYTES = 1 << 18;
const SYMBOL_BYTES = 64;

/**
 * Whether these bytes begin a .lzma file. It has no magic number, so only what its writers write is taken: the
 * properties 5D, a dictionary of 2^n or 2^n + 2^(n−1) bytes, a size that is unknown or below 2^38 (as `xz` asks).
 */
export function isLzma(head: Uint8Array): boolean {
  if (head.length < HEADER_BYTES + 5 || head[0] !== 0x5d || head[HEADER_BYTES] !== 0) return false;
  const view = new DataView(head.buffer, head.byteOffset, HEADER_BYTES);
  const dictionary = view.getUint32(1, true);
  const [sizeLow, sizeHigh] = [view.getUint32(5, true), view.getUint32(9, true)];
  const isUnknown = sizeLow === 0xffffffff && sizeHigh === 0xffffffff;
  const highest = 2 ** (31 - Math.clz32(dictionary));
  const isUsual = dictionary >= 4096 && (dictionary === highest || dictionary === highest * 1.5);
  return isUsual && (isUnknown || sizeHigh < 64);
}

/** The content of a .lzma file. */
export async function* decodeLzma(input: CompressedInput): AsyncGenerator<Uint8Array, number> {
  const window = new InputWindow(input.source, input.start);
  try {
    yield* decodeStream(window);
    return window.offset;
  } catch (error) {
    noteHalt(error, input, window.offset);
    return input.source.size;
  }
}

async function* decodeStream(window: InputWindow): AsyncGenerator<Uint8Array> {
  const header = await window.take(HEADER_BYTES);
  const properties = lzmaProperties(header?.[0] ?? 0xff);
  if (header === undefined || properties === undefined)
    throw new DecodeHalt('LZMA_BROKEN', 'the header is no LZMA header');
  const view = new DataView(header.buffer, header.byteOffset, HEADER_BYTES);
  const size = view.getBigUint64(5, true);
  const isSized = size !== 0xffffffffffffffffn;
  let left = isSized ? Number(size) : Number.MAX_SAFE_INTEGER;
  const decoder = new LzmaDecoder(properties);
  const dictionary = new Dictionary(Math.min(view.getUint32(1, true), MAX_DICTIONARY_BYTES));
  const coder = new RangeDecoder();
  await window.fill(INPUT_BYTES);
  coder.start(window.bytes, window.at);
  window.at = coder.at;
  while (left > 0 && !decoder.isEnded) {
    const isLast = !(await window.fill(INPUT_BYTES));
    coder.bytes = window.bytes;
    coder.at = window.at;
    const inputEnd = isLast ? Infinity : window.bytes.length - SYMBOL_BYTES;
    const halt = haltOf(() => {
      left -= decoder.run(coder, dictionary, { pending: STEP_BYTES, inputEnd, left });
    });
    window.at = coder.at;
    if (dictionary.pending > 0) yield dictionary.take();
    if (halt !== undefined) throw halt;
  }
  if (isSized && decoder.isEnded && left > 0)
    throw new DecodeHalt('LZMA_BROKEN', 'less content than its header says');
}
