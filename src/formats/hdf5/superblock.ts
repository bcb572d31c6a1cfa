import type { Hdf5File, Hdf5Piece } from './hdf5-file.ts';

/** What the superblock says: where everything else is. */
export interface Superblock {
  readonly version: number;
  /** Bytes in front of the signature. */
  readonly userBlockBytes: number;
  /** Where the file ends by its own account, from the start of the source. */
  readonly endAddress: number | undefined;
  /** Address of the object header of the root group. */
  readonly root: number;
  /** A driver spreads the file over several ones. */
  readonly hasDriver: boolean;
  readonly extension: number | undefined;
}

const SIGNATURE = '\x89HDF\r\n\x1a\n';
const SIGNATURE_BYTES = 8;
const FIRST_USER_BLOCK = 512;
const MAX_USER_BLOCK = 1 << 30;
const MAX_SUPERBLOCK_BYTES = 128;
const VERSION_AT = SIGNATURE_BYTES;

/** Finds the superblock at 0, 512, 1024 … (HDF5 File Format Specification 4.0, II.A) and reads it. */
export async function readSuperblock(file: Hdf5File): Promise<Superblock> {
  const at = await findSignature(file);
  const available = Math.min(MAX_SUPERBLOCK_BYTES, file.size - at);
  const piece = await file.piece(at, available);
  piece.skip(SIGNATURE_BYTES);
  const version = piece.uint(1);
  if (version > 3) file.stop(at + VERSION_AT, `the superblock version ${version}`);
  return version < 2
    ? readSymbolSuperblock(file, piece, { version, at })
    : readHeaderSuperblock(file, piece, { version, at });
}

async function findSignature(file: Hdf5File): Promise<number> {
  for (let at = 0; at < Math.min(file.size, MAX_USER_BLOCK); at = at === 0 ? FIRST_USER_BLOCK : at * 2) {
    if (at + SIGNATURE_BYTES > file.size) break;
    if ((await file.piece(at, SIGNATURE_BYTES)).text(SIGNATURE_BYTES) === SIGNATURE) return at;
  }
  return file.fail(0, 'no signature of HDF5');
}

interface Found {
  readonly version: number;
  readonly at: number;
}

/** Versions 0 and 1: the root group is a symbol table entry. */
function readSymbolSuperblock(file: Hdf5File, piece: Hdf5Piece, { version, at }: Found): Superblock {
  piece.skip(4);
  setWidths(file, piece, at);
  piece.skip(1 + 2 + 2 + 4 + (version === 1 ? 4 : 0));
  setBase(file, piece, at);
  piece.address();
  const endAddress = piece.address();
  const hasDriver = piece.address() !== undefined;
  piece.address();
  const root = piece.address();
  if (root === undefined) return file.fail(at, 'a file without a root group');
  return { version, userBlockBytes: at, endAddress, root, hasDriver, extension: undefined };
}

/** Versions 2 and 3: the address of the root group's object header. */
function readHeaderSuperblock(file: Hdf5File, piece: Hdf5Piece, { version, at }: Found): Superblock {
  setWidths(file, piece, at);
  piece.skip(1);
  setBase(file, piece, at);
  const extension = piece.address();
  const endAddress = piece.address();
  const root = piece.address();
  if (root === undefined) return file.fail(at, 'a file without a root group');
  return { version, userBlockBytes: at, endAddress, root, hasDriver: false, extension };
}

function setWidths(file: Hdf5File, piece: Hdf5Piece, at: number): void {
  const offsetBytes = piece.uint(1);
  const lengthBytes = piece.uint(1);
  if (!isWidth(offsetBytes) || !isWidth(lengthBytes)) {
    return file.stop(at, `addresses of ${offsetBytes} and lengths of ${lengthBytes} bytes`);
  }
  file.widths = { offsetBytes, lengthBytes, base: 0 };
}

function setBase(file: Hdf5File, piece: Hdf5Piece, at: number): void {
  const base = piece.address() ?? 0;
  // The library takes the place of the superblock where the two differ (H5F_super_read).
  if (base !== at) file.log.notice('HDF5_BASE', at, `the base address ${base} of a superblock at ${at}`);
  file.widths = { ...file.widths, base: at };
}

function isWidth(bytes: number): bytes is 4 | 8 {
  return bytes === 4 || bytes === 8;
}
