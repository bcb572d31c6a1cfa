import { FractalHeap } from './fractal-heap.ts';
import { type Hdf5File, type Hdf5Piece, textBeforeNul } from './hdf5-file.ts';
import { globalHeapObject } from './heaps.ts';
import { treeRecords } from './tree-v2.ts';

/** An attribute, with its text where it was asked for and is one. */
export interface Hdf5Attribute {
  readonly name: string;
  readonly text: string | undefined;
  readonly offset: number;
}

const STRING_CLASS = 3;
const VARIABLE_CLASS = 9;
const VARIABLE_STRING = 1;
/** A text is one element; lists of names are not wanted. */
const MAX_ELEMENTS = 64;

/** An attribute message (specification IV.A.2.m), its value only when its name is wanted. */
export async function readAttribute(
  file: Hdf5File,
  body: Hdf5Piece,
  isWanted: (name: string) => boolean,
): Promise<Hdf5Attribute> {
  const { offset } = body;
  const version = body.uint(1);
  if (version < 1 || version > 3) file.stop(offset, `an attribute of version ${version}`);
  const flags = body.uint(1);
  const [nameBytes, typeBytes, spaceBytes] = [body.uint(2), body.uint(2), body.uint(2)];
  if (version === 3) body.skip(1);
  // Version 1 pads each part to eight bytes.
  const padded = (length: number): number => (version === 1 ? Math.ceil(length / 8) * 8 : length);
  const name = textBeforeNul(body.take(padded(nameBytes)));
  const type = body.inner(padded(typeBytes));
  const space = body.inner(padded(spaceBytes));
  if (!isWanted(name)) return { name, text: undefined, offset };
  if (version > 1 && flags !== 0) file.stop(offset, 'an attribute of a committed type');
  return { name, text: await readValue(file, { type, space, data: body }), offset };
}

/** The attributes of an attribute info message's heap (specification IV.A.2.v). */
export async function* denseAttributes(
  file: Hdf5File,
  body: Hdf5Piece,
  isWanted: (name: string) => boolean,
): AsyncGenerator<Hdf5Attribute> {
  body.skip(1);
  const flags = body.uint(1);
  if (flags & 0x01) body.skip(2);
  const heapAddress = body.address();
  const treeAddress = body.address();
  if (heapAddress === undefined) return;
  if (treeAddress === undefined) return file.fail(body.offset, 'a heap of attributes without a tree');
  const heap = await FractalHeap.open(file, heapAddress);
  for await (const record of treeRecords(file, treeAddress)) {
    yield await readAttribute(file, await heap.object(record), isWanted);
  }
}

/** The text of a value: of fixed length here, of variable length in the global heap; otherwise `undefined`. */
async function readValue(
  file: Hdf5File,
  { type, space, data }: { type: Hdf5Piece; space: Hdf5Piece; data: Hdf5Piece },
): Promise<string | undefined> {
  const kind = type.uint(1) & 0x0f;
  const bits = type.uint(3);
  const size = type.uint(4);
  const count = elementsOf(file, space);
  if (count > MAX_ELEMENTS) file.stop(data.offset, `a configuration of ${count} texts`);
  const texts: string[] = [];
  for (let index = 0; index < count; index++) {
    if (kind === STRING_CLASS) texts.push(textBeforeNul(data.take(size)));
    else if (kind === VARIABLE_CLASS && (bits & 0x0f) === VARIABLE_STRING)
      texts.push(await variableText(file, data));
    else return undefined;
  }
  return texts.join('');
}

async function variableText(file: Hdf5File, data: Hdf5Piece): Promise<string> {
  const length = data.uint(4);
  const collection = data.address();
  const index = data.uint(4);
  if (length === 0 || collection === undefined) return '';
  const object = await globalHeapObject(file, { collection, index, maxBytes: file.limits.maxTextBytes });
  return textBeforeNul(object.subarray(0, length));
}

/** How many elements a dataspace has (specification IV.A.2.b). */
function elementsOf(file: Hdf5File, space: Hdf5Piece): number {
  const version = space.uint(1);
  const rank = space.uint(1);
  space.skip(version === 1 ? 6 : 2);
  let count = 1;
  for (let index = 0; index < rank; index++) count *= space.size();
  if (!Number.isSafeInteger(count)) file.fail(space.offset, 'an attribute with impossible dimensions');
  return count;
}
