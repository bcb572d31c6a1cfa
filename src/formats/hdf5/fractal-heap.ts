import type { Hdf5File, Hdf5Piece } from './hdf5-file.ts';

const MAX_DEPTH = 32;

/** A heap of links or attributes of one object, when they are many (specification III.G). */
export class FractalHeap {
  readonly #file: Hdf5File;
  readonly #header: HeapHeader;

  private constructor(file: Hdf5File, header: HeapHeader) {
    this.#file = file;
    this.#header = header;
  }

  /** Reads the header of a heap. */
  static async open(file: Hdf5File, address: number): Promise<FractalHeap> {
    const { offsetBytes, lengthBytes, base } = file.widths;
    const piece = await file.signed(address, 22 + 12 * lengthBytes + 3 * offsetBytes, 'FRHP');
    piece.skip(1 + 2);
    const filterBytes = piece.uint(2);
    if (filterBytes > 0) file.stop(base + address, 'a compressed heap of links or attributes');
    piece.skip(1);
    const maxManaged = piece.uint(4);
    piece.skip(lengthBytes + offsetBytes + lengthBytes + offsetBytes + 8 * lengthBytes);
    const width = piece.uint(2);
    const startBytes = piece.size();
    const maxDirectBytes = piece.size();
    const heapBits = piece.uint(2);
    piece.skip(2);
    const root = piece.address();
    const rows = piece.uint(2);
    const isPlausible =
      width > 0 && startBytes > 0 && maxDirectBytes >= startBytes && heapBits <= 64 && rows <= 128;
    if (!isPlausible || root === undefined) return file.fail(base + address, 'a heap with impossible sizes');
    const lengthFieldBytes = Math.ceil(Math.log2(Math.min(maxManaged, maxDirectBytes) + 1) / 8);
    const offsetFieldBytes = Math.ceil(heapBits / 8);
    return new FractalHeap(file, {
      root,
      rows,
      width,
      startBytes,
      maxDirectBytes,
      offsetFieldBytes,
      lengthFieldBytes,
    });
  }

  /** The object that a heap ID names. */
  async object(id: Hdf5Piece): Promise<Hdf5Piece> {
    const kind = id.uint(1);
    if (kind >> 6 !== 0) this.#file.fail(id.offset, 'a heap id of another version');
    if ((kind & 0x30) === 0x20) return id.inner((kind & 0x0f) + 1);
    if ((kind & 0x30) !== 0) this.#file.stop(id.offset, 'a huge link or attribute');
    const offset = id.uint(this.#header.offsetFieldBytes);
    const length = id.uint(this.#header.lengthFieldBytes);
    const address = await this.#addressOf(offset);
    return (await this.#file.piece(address, length)).inner(length);
  }

  async #addressOf(offset: number): Promise<number> {
    const { root, rows } = this.#header;
    if (rows === 0) return root + offset;
    let block = { address: root, rows, start: 0 };
    for (let depth = 0; depth < MAX_DEPTH; depth++) {
      const child = await this.#child(block, offset);
      if (child.rows === 0) return child.address + (offset - child.start);
      block = child;
    }
    return this.#file.fail(root, 'a heap that is too deep');
  }

  /** The child of an indirect block that covers an offset. */
  async #child(
    { address, rows, start }: { address: number; rows: number; start: number },
    offset: number,
  ): Promise<{ address: number; rows: number; start: number }> {
    const { offsetBytes, base } = this.#file.widths;
    const { width, startBytes, maxDirectBytes, offsetFieldBytes } = this.#header;
    const relative = offset - start;
    for (let row = 0, rowStart = 0; row < rows; row++) {
      const blockBytes = row < 2 ? startBytes : startBytes * 2 ** (row - 1);
      if (relative >= rowStart + blockBytes * width) {
        rowStart += blockBytes * width;
        continue;
      }
      const column = Math.floor((relative - rowStart) / blockBytes);
      const at = 5 + offsetBytes + offsetFieldBytes + (row * width + column) * offsetBytes;
      const piece = await this.#file.signed(address, at + offsetBytes, 'FHIB');
      piece.position = at;
      const child = piece.address();
      if (child === undefined) break;
      const childRows = blockBytes <= maxDirectBytes ? 0 : Math.log2(blockBytes / (startBytes * width)) + 1;
      return { address: child, rows: Math.floor(childRows), start: start + rowStart + column * blockBytes };
    }
    return this.#file.fail(base + address, 'an offset outside its heap');
  }
}

interface HeapHeader {
  readonly root: number;
  /** Rows of the root's indirect block; 0: the root is a direct block. */
  readonly rows: number;
  readonly width: number;
  readonly startBytes: number;
  readonly maxDirectBytes: number;
  readonly offsetFieldBytes: number;
  readonly lengthFieldBytes: number;
}
