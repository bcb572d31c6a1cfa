import { ELEMENT_BYTES, type StringTensor, type Tensor, utf8Bytes, utf8Text } from '../../bytes/index.ts';
import { assertedCount } from './json-tensor.ts';
import { refuseTensor, type TensorWords } from './refuse-tensor.ts';

// Triton's binary tensor data extension: elements little-endian and row-major, BOOL in one byte, BYTES as a length of
// four bytes, little-endian, before each text.

const LENGTH_BYTES = 4;

/**
 * A tensor out of its raw bytes, of which it keeps a view. Throws `TENSOR_INVALID` where they are not what its shape
 * says.
 */
export function readBinaryTensor(words: TensorWords, bytes: Uint8Array): Tensor {
  const count = assertedCount(words);
  const { name, datatype, shape } = words;
  if (datatype === 'BYTES') return { name, datatype, shape, strings: readTexts(words, bytes, count) };
  const expected = count * ELEMENT_BYTES[datatype];
  if (bytes.length !== expected)
    throw refuseTensor(words, `its shape takes ${expected} bytes, and it has ${bytes.length}`);
  if (datatype === 'BOOL') {
    const other = bytes.findIndex((byte) => byte > 1);
    if (other >= 0) throw refuseTensor(words, `element ${other} is no BOOL, which is 0 or 1`);
  }
  return { name, datatype, shape, data: bytes };
}

function readTexts(words: TensorWords, bytes: Uint8Array, count: number): readonly string[] {
  if (count * LENGTH_BYTES > bytes.length)
    throw refuseTensor(words, `its shape has ${count} elements, too many for ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const strings: string[] = [];
  let at = 0;
  for (let element = 0; element < count; element++) {
    if (at + LENGTH_BYTES > bytes.length) throw refuseTensor(words, `element ${element} is cut`);
    const from = at + LENGTH_BYTES;
    at = from + view.getUint32(at, true);
    if (at > bytes.length) throw refuseTensor(words, `element ${element} is longer than what there is`);
    const text = utf8Text(bytes.subarray(from, at));
    if (text === undefined) throw refuseTensor(words, `element ${element} is not UTF-8`);
    strings.push(text);
  }
  if (at !== bytes.length) throw refuseTensor(words, `${bytes.length - at} bytes are left over`);
  return strings;
}

/** The raw bytes of a tensor: those that it has, or its texts, each behind its length. */
export function writeBinaryData(tensor: Tensor): Uint8Array {
  return tensor.datatype === 'BYTES' ? writeTexts(tensor) : tensor.data;
}

function writeTexts({ strings }: StringTensor): Uint8Array {
  const texts = strings.map(utf8Bytes);
  const bytes = new Uint8Array(texts.reduce((sum, { length }) => sum + LENGTH_BYTES + length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const text of texts) {
    view.setUint32(at, text.length, true);
    bytes.set(text, at + LENGTH_BYTES);
    at += LENGTH_BYTES + text.length;
  }
  return bytes;
}
