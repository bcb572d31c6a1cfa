import type { Hdf5File, Hdf5Piece } from './hdf5-file.ts';

/** Signature, version, type and check sum around the records of a node. */
const NODE_OVERHEAD = 10;
const MAX_DEPTH = 16;

interface TreeShape {
  readonly nodeBytes: number;
  readonly recordBytes: number;
  /** Per level, leaves first: bytes of the count of a child's records, and of the count of all below it. */
  readonly countBytes: number;
  readonly totalBytes: readonly number[];
}

/** The records of a version 2 B-tree (specification III.A.2): heap IDs of links and attributes. */
export async function* treeRecords(file: Hdf5File, address: number): AsyncGenerator<Hdf5Piece> {
  const { offsetBytes, lengthBytes, base } = file.widths;
  const header = await file.signed(address, 22 + offsetBytes + lengthBytes, 'BTHD');
  header.skip(2);
  const nodeBytes = header.uint(4);
  const recordBytes = header.uint(2);
  const depth = header.uint(2);
  header.skip(2);
  const root = header.address();
  const count = header.uint(2);
  if (root === undefined || count === 0) return;
  if (recordBytes === 0 || nodeBytes <= NODE_OVERHEAD || depth > MAX_DEPTH) {
    file.fail(base + address, 'a tree with impossible sizes');
  }
  const shape = shapeOf({ nodeBytes, recordBytes, depth, offsetBytes });
  yield* nodeRecords(file, shape, { address: root, count, level: depth });
}

async function* nodeRecords(
  file: Hdf5File,
  shape: TreeShape,
  node: { address: number; count: number; level: number },
): AsyncGenerator<Hdf5Piece> {
  const { address, count, level } = node;
  const piece = await file.signed(address, shape.nodeBytes, level === 0 ? 'BTLF' : 'BTIN');
  piece.skip(2);
  for (let index = 0; index < count; index++) yield piece.inner(shape.recordBytes);
  for (let index = 0; level > 0 && index <= count; index++) {
    const child = piece.address();
    const childCount = piece.uint(shape.countBytes);
    piece.skip(shape.totalBytes[level - 1] ?? 0);
    if (child !== undefined)
      yield* nodeRecords(file, shape, { address: child, count: childCount, level: level - 1 });
  }
}

/** How wide the counts in inner nodes are (the library's H5B2hdr.c). */
function shapeOf(tree: {
  nodeBytes: number;
  recordBytes: number;
  depth: number;
  offsetBytes: number;
}): TreeShape {
  const leafRecords = Math.floor((tree.nodeBytes - NODE_OVERHEAD) / tree.recordBytes);
  const countBytes = bytesFor(leafRecords);
  const totalBytes = [0];
  let total = leafRecords;
  for (let level = 1; level < tree.depth; level++) {
    const pointerBytes = tree.offsetBytes + countBytes + (totalBytes[level - 1] ?? 0);
    const records = Math.floor(
      (tree.nodeBytes - NODE_OVERHEAD - pointerBytes) / (tree.recordBytes + pointerBytes),
    );
    total = (records + 1) * total + records;
    totalBytes.push(bytesFor(total));
  }
  return { nodeBytes: tree.nodeBytes, recordBytes: tree.recordBytes, countBytes, totalBytes };
}

function bytesFor(limit: number): number {
  return limit <= 0 ? 1 : Math.floor(Math.log2(limit) / 8) + 1;
}
