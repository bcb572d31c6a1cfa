import { FractalHeap } from './fractal-heap.ts';
import { type Hdf5File, type Hdf5Piece, textBeforeNul } from './hdf5-file.ts';
import { localHeapText } from './heaps.ts';
import { treeRecords } from './tree-v2.ts';

/** A link of a group: to an object of this file, to another path, or to another file. */
export type Hdf5Link =
  | { readonly kind: 'hard'; readonly name: string; readonly address: number }
  | { readonly kind: 'soft'; readonly name: string; readonly path: string; readonly offset: number }
  | { readonly kind: 'external'; readonly name: string; readonly file: string; readonly offset: number }
  | { readonly kind: 'custom'; readonly name: string; readonly offset: number };

const HARD = 0;
const SOFT = 1;
const EXTERNAL = 64;
const SOFT_CACHE = 2;
const NAME_HASH_BYTES = 4;
const MAX_TREE_DEPTH = 32;

/** A link message (specification IV.A.2.g). */
export function parseLink(file: Hdf5File, body: Hdf5Piece): Hdf5Link {
  const { offset } = body;
  const version = body.uint(1);
  if (version !== 1) file.stop(offset, `a link message of version ${version}`);
  const flags = body.uint(1);
  const type = flags & 0x08 ? body.uint(1) : HARD;
  body.skip((flags & 0x04 ? 8 : 0) + (flags & 0x10 ? 1 : 0));
  const name = new TextDecoder().decode(body.take(body.uint(1 << (flags & 0x03))));
  if (type === HARD) {
    const address = body.address();
    return address === undefined ? file.fail(offset, 'a link to nowhere') : { kind: 'hard', name, address };
  }
  const value = body.take(body.uint(2));
  if (type === SOFT) return { kind: 'soft', name, path: new TextDecoder().decode(value), offset };
  if (type === EXTERNAL) return { kind: 'external', name, file: textBeforeNul(value.subarray(1)), offset };
  return { kind: 'custom', name, offset };
}

/** The links of a link info message's heap, when they are too many for messages (specification IV.A.2.c). */
export async function* denseLinks(file: Hdf5File, body: Hdf5Piece): AsyncGenerator<Hdf5Link> {
  body.skip(1);
  const flags = body.uint(1);
  if (flags & 0x01) body.skip(8);
  const heapAddress = body.address();
  const treeAddress = body.address();
  if (heapAddress === undefined) return;
  if (treeAddress === undefined) return file.fail(body.offset, 'a heap of links without a tree');
  const heap = await FractalHeap.open(file, heapAddress);
  for await (const record of treeRecords(file, treeAddress)) {
    record.skip(NAME_HASH_BYTES);
    yield parseLink(file, await heap.object(record));
  }
}

/** The links of a symbol table message: the older groups (specification III.A.1, III.B). */
export async function* symbolLinks(file: Hdf5File, body: Hdf5Piece): AsyncGenerator<Hdf5Link> {
  const tree = body.address();
  const heap = body.address();
  if (tree === undefined || heap === undefined) return;
  for await (const node of symbolNodes(file, tree, MAX_TREE_DEPTH)) yield* nodeLinks(file, node, heap);
}

async function* symbolNodes(file: Hdf5File, address: number, depth: number): AsyncGenerator<number> {
  const { offsetBytes, lengthBytes, base } = file.widths;
  const headerBytes = 8 + 2 * offsetBytes;
  if (depth === 0) file.fail(base + address, 'a tree of groups that is too deep');
  const header = await file.signed(address, headerBytes, 'TREE');
  const type = header.uint(1);
  const level = header.uint(1);
  const count = header.uint(2);
  if (type !== 0) file.fail(base + address, 'a tree that is none of a group');
  const entries = await file.piece(address + headerBytes, count * (lengthBytes + offsetBytes));
  for (let index = 0; index < count; index++) {
    entries.skip(lengthBytes);
    const child = entries.address();
    if (child === undefined) continue;
    if (level === 0) yield child;
    else yield* symbolNodes(file, child, depth - 1);
  }
}

async function* nodeLinks(file: Hdf5File, address: number, heap: number): AsyncGenerator<Hdf5Link> {
  const header = await file.signed(address, 8, 'SNOD');
  header.skip(2);
  const count = header.uint(2);
  const entryBytes = 2 * file.widths.offsetBytes + 24;
  const entries = await file.piece(address + 8, count * entryBytes);
  for (let index = 0; index < count; index++) {
    const entry = entries.inner(entryBytes);
    const { offset } = entry;
    const name = await localHeapText(file, heap, entry.address() ?? 0);
    const target = entry.address();
    const cache = entry.uint(4);
    entry.skip(4);
    if (cache === SOFT_CACHE) {
      yield { kind: 'soft', name, path: await localHeapText(file, heap, entry.uint(4)), offset };
    } else if (target !== undefined) yield { kind: 'hard', name, address: target };
  }
}
