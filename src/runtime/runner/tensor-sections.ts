import {
  bufferView,
  countElements,
  type Datatype,
  ELEMENT_BYTES,
  type Tensor,
  utf8Bytes,
} from '../../bytes/index.ts';

/** What the head of a frame says of a tensor whose bytes are in its body. */
export interface TensorWords {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  /** Bytes in the body; the next tensor begins at the next multiple of eight. */
  readonly bytes: number;
}

/** Tensors as words and the parts of a body. */
export interface TensorSections {
  readonly words: readonly TensorWords[];
  readonly parts: readonly Uint8Array[];
}

const ALIGNMENT = 8;
const PADDING = new Uint8Array(ALIGNMENT);
const LENGTH_BYTES = 4;

/** Lays tensors out one after the other, each at a multiple of eight, where typed arrays may begin. */
export function writeSections(tensors: readonly Tensor[]): TensorSections {
  const words: TensorWords[] = [];
  const parts: Uint8Array[] = [];
  for (const tensor of tensors) {
    const data = tensor.datatype === 'BYTES' ? packStrings(tensor.strings) : tensor.data;
    const { name, datatype, shape } = tensor;
    words.push({ name, datatype, shape, bytes: data.length });
    parts.push(data, PADDING.subarray(0, paddingAfter(data.length)));
  }
  return { words, parts };
}

/** The inverse; `undefined` where words and body do not fit each other. The tensors share the memory of the body. */
export function readSections(words: readonly TensorWords[], body: Uint8Array): readonly Tensor[] | undefined {
  const tensors: Tensor[] = [];
  let at = 0;
  for (const { name, datatype, shape, bytes } of words) {
    if (bytes > body.length - at) return undefined;
    const data = body.subarray(at, at + bytes);
    const count = countElements(shape, bytes);
    if (count === undefined) return undefined;
    if (datatype === 'BYTES') {
      const strings = unpackStrings(data, count);
      if (strings === undefined) return undefined;
      tensors.push({ name, datatype, shape, strings });
    } else {
      if (count * ELEMENT_BYTES[datatype] !== bytes) return undefined;
      tensors.push({ name, datatype, shape, data });
    }
    at += bytes + paddingAfter(bytes);
  }
  return at === body.length ? tensors : undefined;
}

function paddingAfter(bytes: number): number {
  return (ALIGNMENT - (bytes % ALIGNMENT)) % ALIGNMENT;
}

/** Each text as its length (u32, little-endian) and its UTF-8. */
function packStrings(strings: readonly string[]): Uint8Array {
  const texts = strings.map(utf8Bytes);
  const packed = new Uint8Array(texts.reduce((sum, text) => sum + LENGTH_BYTES + text.length, 0));
  const view = new DataView(packed.buffer);
  let at = 0;
  for (const text of texts) {
    view.setUint32(at, text.length, true);
    packed.set(text, at + LENGTH_BYTES);
    at += LENGTH_BYTES + text.length;
  }
  return packed;
}

function unpackStrings(data: Uint8Array, count: number): readonly string[] | undefined {
  const bytes = bufferView(data);
  const strings: string[] = [];
  let at = 0;
  while (strings.length < count) {
    if (bytes.length - at < LENGTH_BYTES) return undefined;
    const start = at + LENGTH_BYTES;
    const end = start + bytes.readUInt32LE(at);
    if (end > bytes.length) return undefined;
    strings.push(bytes.toString('utf8', start, end));
    at = end;
  }
  return at === bytes.length ? strings : undefined;
}
