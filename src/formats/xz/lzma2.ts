import { DecodeHalt, haltOf } from '../compressed/decoder.ts';
import type { InputWindow } from '../compressed/input-window.ts';
import { Dictionary } from './dictionary.ts';
import { LzmaDecoder, type LzmaProperties, lzmaProperties } from './lzma-decoder.ts';
import { RangeDecoder } from './range-decoder.ts';

const END = 0;
const STORED_RESET = 1;
const STORED = 2;
const FIRST_LZMA = 0x80;
/** lc + lp may not exceed this in LZMA2. */
const MAX_LITERAL_BITS = 4;

/** What LZMA2 carries from chunk to chunk. */
interface Lzma2State {
  readonly dictionary: Dictionary;
  readonly coder: RangeDecoder;
  properties: LzmaProperties | undefined;
  decoder: LzmaDecoder | undefined;
  hasDictionary: boolean;
  /** Bytes since the dictionary was reset. */
  position: number;
}

/** The content of one LZMA2 stream, chunk by chunk of at most 2 MiB. Throws `DecodeHalt` where it is broken. */
export async function* decodeLzma2(window: InputWindow, dictionaryBytes: number): AsyncGenerator<Uint8Array> {
  const state: Lzma2State = {
    dictionary: new Dictionary(dictionaryBytes),
    coder: new RangeDecoder(),
    properties: undefined,
    decoder: undefined,
    hasDictionary: false,
    position: 0,
  };
  for (;;) {
    const [control] = (await window.take(1)) ?? [];
    if (control === undefined) throw cut();
    if (control === END) return;
    yield* control >= FIRST_LZMA ? lzmaChunk(window, state, control) : storedChunk(window, state, control);
  }
}

async function* storedChunk(
  window: InputWindow,
  state: Lzma2State,
  control: number,
): AsyncGenerator<Uint8Array> {
  if (control !== STORED_RESET && control !== STORED) throw broken('a chunk of an unknown kind');
  resetDictionary(state, control === STORED_RESET);
  const header = await window.take(2);
  if (header === undefined) throw cut();
  const length = (((header[0] ?? 0) << 8) | (header[1] ?? 0)) + 1;
  const data = await window.take(length);
  if (data === undefined) throw cut();
  state.dictionary.append(data);
  state.position += length;
  state.decoder?.moveTo(state.position);
  yield state.dictionary.take();
}

async function* lzmaChunk(
  window: InputWindow,
  state: Lzma2State,
  control: number,
): AsyncGenerator<Uint8Array> {
  const header = await window.take(4);
  if (header === undefined) throw cut();
  const [high = 0, low = 0, inHigh = 0, inLow = 0] = header;
  const size = (((control & 0x1f) << 16) | (high << 8) | low) + 1;
  const inputSize = ((inHigh << 8) | inLow) + 1;
  const reset = (control >> 5) & 3;
  resetDictionary(state, reset === 3);
  if (reset >= 2) state.properties = await readProperties(window);
  if (reset >= 1 && state.properties !== undefined)
    state.decoder = new LzmaDecoder(state.properties, state.position);
  const { decoder, coder, dictionary } = state;
  if (decoder === undefined) throw broken('a chunk before any properties');
  const data = await window.take(inputSize);
  if (data === undefined) throw cut();
  const halt = haltOf(() => {
    coder.start(data, 0);
    const made = decoder.run(coder, dictionary, { pending: Infinity, inputEnd: Infinity, left: size });
    if (made !== size || coder.at !== inputSize) throw broken('a chunk of another length than it says');
  });
  if (dictionary.pending > 0) yield dictionary.take();
  if (halt !== undefined) throw halt;
  state.position += size;
}

function resetDictionary(state: Lzma2State, isReset: boolean): void {
  if (isReset) {
    state.dictionary.reset();
    state.position = 0;
    state.decoder?.moveTo(0);
  } else if (!state.hasDictionary) {
    throw broken('a chunk that refers to nothing');
  }
  state.hasDictionary = true;
}

async function readProperties(window: InputWindow): Promise<LzmaProperties> {
  const [byte = 0xff] = (await window.take(1)) ?? [];
  const properties = lzmaProperties(byte);
  if (properties === undefined || properties.lc + properties.lp > MAX_LITERAL_BITS)
    throw broken('impossible properties');
  return properties;
}

function broken(message: string): DecodeHalt {
  return new DecodeHalt('XZ_BROKEN', message);
}

function cut(): DecodeHalt {
  return broken('the data is cut');
}
