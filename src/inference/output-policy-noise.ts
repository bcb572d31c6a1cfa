import { type SecretBytes, type Tensor, uintBytes, utf8Bytes } from '../bytes/index.ts';
import { hmac } from '../crypto/index.ts';
import type { NoiseStream } from './output-policy-row.ts';
import { isNumeric, readNumbers } from './score-tensor.ts';

/** One row of a request, and what the model said of it. */
export interface NoiseSubject {
  /** All inputs of the request. */
  readonly inputs: readonly Tensor[];
  readonly row: number;
  /** How many rows the request has. */
  readonly rowCount: number;
  readonly probabilities: Float64Array;
}

/** Below it a feature counts as zero, where nothing is known of its scale. */
const SMALLEST_FEATURE = 2 ** -6;
/** Cells per doubling of a feature. */
const CELLS_PER_OCTAVE = 4;
/** Cells of a probability. */
const PROBABILITY_CELLS = 20;
const WORDS_PER_BLOCK = 16;

/**
 * Noise for one row: HMAC-SHA-512 under the model's key of the cell that the input lies in, expanded block by block.
 * The same input, and one so near that model and cell cannot tell them apart, gets the same noise from every account at
 * every time: asking again teaches nothing that averaging could use. What the model said belongs to the cell, so that
 * inputs on a scale too small for the cells do not all share one noise.
 */
export function noiseFor(key: SecretBytes, subject: NoiseSubject): NoiseStream {
  const seed = hmac('sha512', key, ...cellOf(subject));
  let block: DataView | undefined;
  let drawn = 0;
  return () => {
    const word = drawn % WORDS_PER_BLOCK;
    if (block === undefined || word === 0) {
      const bytes = hmac('sha512', seed, uintBytes(Math.floor(drawn / WORDS_PER_BLOCK), 4));
      block = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    drawn += 1;
    return block.getUint32(word * 4) / 2 ** 32;
  };
}

/** The canonical form of an input, coarse enough that tiny changes leave it alone. */
function cellOf({ inputs, row, rowCount, probabilities }: NoiseSubject): readonly Uint8Array[] {
  const parts = [...inputs]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((tensor) => [
      utf8Bytes(JSON.stringify([tensor.name, tensor.datatype, tensor.shape.slice(1)])),
      isNumeric(tensor)
        ? bytesOf(readNumbers(tensor, sliceOf(tensor, row, rowCount)), featureCell)
        : utf8Bytes(JSON.stringify(sliceOf(tensor, row, rowCount).of(tensor.strings).map(plainText))),
    ]);
  return [...parts, bytesOf(probabilities, (value) => Math.round(value * PROBABILITY_CELLS))];
}

/** Which elements of a tensor belong to a row; an input without a dimension of rows belongs to every row. */
function sliceOf(tensor: Tensor, row: number, rowCount: number) {
  const count = tensor.shape.reduce((product, dimension) => product * dimension, 1);
  const each = tensor.shape[0] === rowCount ? count / rowCount : count;
  const start = tensor.shape[0] === rowCount ? row * each : 0;
  return { start, end: start + each, of: <T>(items: readonly T[]) => items.slice(start, start + each) };
}

function featureCell(value: number): number {
  const size = Math.abs(value);
  // What is not a number has a cell of its own.
  if (Number.isNaN(size)) return 2 ** 31 - 1;
  if (size < SMALLEST_FEATURE) return 0;
  const cell = 1 + Math.floor(Math.log2(Math.min(size, 2 ** 127) / SMALLEST_FEATURE) * CELLS_PER_OCTAVE);
  return value < 0 ? -cell : cell;
}

function plainText(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
}

function bytesOf(values: Float64Array, cell: (value: number) => number): Uint8Array {
  const cells = Int32Array.from(values, cell);
  return new Uint8Array(cells.buffer);
}
