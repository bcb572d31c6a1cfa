import { DecodeHalt } from '../compressed/decoder.ts';

const MIN_MATCH = 4;

/** One block of the LZ4 block format, at most `maxBytes` of content; matches may reach back into `history`. */
export function decodeBlock(data: Uint8Array, history: Uint8Array, maxBytes: number): Uint8Array {
  const out = new Uint8Array(history.length + maxBytes);
  out.set(history);
  const state: BlockState = { data, out, at: 0, to: history.length };
  while (state.at < data.length) decodeSequence(state);
  // A copy, so that a small block does not hold the memory of the largest.
  return out.slice(history.length, state.to);
}

interface BlockState {
  readonly data: Uint8Array;
  readonly out: Uint8Array;
  at: number;
  to: number;
}

function decodeSequence(state: BlockState): void {
  const { data, out } = state;
  const token = data[state.at++] ?? 0;
  const literals = extendLength(state, token >> 4);
  if (state.at + literals > data.length || state.to + literals > out.length) throw broken();
  out.set(data.subarray(state.at, state.at + literals), state.to);
  state.at += literals;
  state.to += literals;
  // The last sequence has no match.
  if (state.at === data.length) return;
  if (state.at + 2 > data.length) throw broken();
  const distance = (data[state.at] ?? 0) | ((data[state.at + 1] ?? 0) << 8);
  state.at += 2;
  const length = extendLength(state, token & 0x0f) + MIN_MATCH;
  if (distance === 0 || distance > state.to || state.to + length > out.length) throw broken();
  for (let end = state.to + length; state.to < end; state.to++) {
    out[state.to] = out[state.to - distance] ?? 0;
  }
}

function extendLength(state: BlockState, nibble: number): number {
  let length = nibble;
  if (nibble < 15) return length;
  for (;;) {
    const more = state.data[state.at++];
    if (more === undefined) throw broken();
    length += more;
    if (more < 255) return length;
  }
}

function broken(): DecodeHalt {
  return new DecodeHalt('LZ4_BROKEN', 'a block is broken');
}
