import { type Hdf5File, textBeforeNul } from './hdf5-file.ts';

const MAX_NAME_BYTES = 65_536;
const GLOBAL_OBJECT_HEADER = 8;

/** The text at a place of a local heap (specification III.D): names of links, of external files. */
export async function localHeapText(file: Hdf5File, heap: number, offset: number): Promise<string> {
  const { offsetBytes, lengthBytes, base } = file.widths;
  const header = await file.signed(heap, 8 + 2 * lengthBytes + offsetBytes, 'HEAP');
  header.skip(4);
  const size = header.size();
  header.size();
  const data = header.address();
  if (data === undefined || offset >= size) return file.fail(base + heap, 'a name outside its heap');
  const available = Math.min(size - offset, MAX_NAME_BYTES, file.size - base - data - offset);
  return textBeforeNul((await file.piece(data + offset, available)).take(Math.max(0, available)));
}

/** The bytes of an object in the global heap (specification III.E): strings of variable length. */
export async function globalHeapObject(
  file: Hdf5File,
  { collection, index, maxBytes }: { collection: number; index: number; maxBytes: number },
): Promise<Uint8Array> {
  const { lengthBytes, base } = file.widths;
  const headerBytes = 8 + lengthBytes;
  const header = await file.signed(collection, headerBytes, 'GCOL');
  header.skip(4);
  const size = header.size();
  for (let at = collection + headerBytes; at + GLOBAL_OBJECT_HEADER + lengthBytes <= collection + size; ) {
    const object = await file.piece(at, GLOBAL_OBJECT_HEADER + lengthBytes);
    const found = object.uint(2);
    object.skip(6);
    const length = object.size();
    if (found === 0) break;
    if (found === index) {
      if (length > maxBytes) file.stop(base + at, `a text of ${length} bytes`);
      return (await file.piece(at + GLOBAL_OBJECT_HEADER + lengthBytes, length)).take(length);
    }
    at += GLOBAL_OBJECT_HEADER + lengthBytes + Math.ceil(length / 8) * 8;
  }
  return file.fail(base + collection, 'an object that its heap does not have');
}
