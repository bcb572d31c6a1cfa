import { bufferView, utf8Bytes } from '../../bytes/index.ts';
import { isBzip2, isGzip, isLz4, isXz, isZstd } from '../../formats/index.ts';
import type { FormatName } from '../format-name.ts';
import type { Detector, Probe } from './detector.ts';

/** A signature at a place: text, each character a byte. */
interface Magic {
  readonly format: FormatName;
  readonly text: string;
  readonly at?: number;
}

const MAGICS: readonly Magic[] = [
  { format: 'npy', text: '\x93NUMPY' },
  { format: 'gguf', text: 'GGUF' },
  { format: 'gguf', text: 'FUGG' },
  { format: 'ggml', text: 'lmgg' },
  { format: 'ggml', text: 'ggml' },
  { format: 'ggml', text: 'tjgg' },
  { format: 'ggml', text: 'fmgg' },
  { format: 'tflite', text: 'TFL3', at: 4 },
  { format: 'executorch', text: 'ET12', at: 4 },
  { format: 'tensorrt', text: 'ptrt' },
  { format: 'joblib-zfile', text: 'ZF0x' },
  { format: 'catboost', text: 'CBM1' },
  { format: 'lightgbm', text: 'tree\nversion=' },
  { format: 'r-data', text: 'RDX2\n' },
  { format: 'r-data', text: 'RDX3\n' },
  { format: 'r-data', text: 'RDA2\n' },
  { format: 'r-data', text: 'RDA3\n' },
  { format: 'r-data', text: 'X\n\0\0\0\x02\0' },
  { format: 'r-data', text: 'X\n\0\0\0\x03\0' },
  { format: '7z', text: '7z\xbc\xaf\x27\x1c' },
  { format: 'rar', text: 'Rar!\x1a\x07' },
  { format: 'cab', text: 'MSCF\0\0\0\0' },
  { format: 'dex', text: 'dex\n03' },
  { format: 'ar', text: '!<arch>\n' },
  { format: 'ar', text: '!<thin>\n' },
  { format: 'wasm', text: '\0asm\x01\0\0\0' },
  { format: 'windows-shortcut', text: 'L\0\0\0\x01\x14\x02\0' },
  { format: 'image', text: '\x89PNG\r\n\x1a\n' },
  { format: 'image', text: '\xff\xd8\xff' },
  { format: 'image', text: 'GIF87a' },
  { format: 'image', text: 'GIF89a' },
];

const BYTES_OF_MAGIC = MAGICS.map(({ format, text, at = 0 }) => ({
  format,
  at,
  bytes: Uint8Array.from(text, (char) => char.charCodeAt(0)),
}));

/** Readers of PDF take the header anywhere in the first KiB. */
const PDF_SEARCH_BYTES = 1024;
const PDF_MAGIC = utf8Bytes('%PDF-');
const HDF5_MAGIC = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a);
/** Where the superblock of HDF5 may be: at 0, 512 and each doubling; user blocks beyond this are no habit. */
const MAX_USER_BLOCK = 1 << 26;

/** Formats that begin with a signature, or have it at a fixed place. */
export const magicDetector: Detector = {
  name: 'magic',
  async detect(probe) {
    const { head } = probe;
    const found = BYTES_OF_MAGIC.filter(({ bytes, at }) => startsWith(head, bytes, at)).map(
      ({ format }) => format,
    );
    if (isGzip(head)) found.push('gzip');
    if (isBzip2(head)) found.push('bzip2');
    if (isXz(head)) found.push('xz');
    if (isZstd(head)) found.push('zstd');
    if (isLz4(head)) found.push('lz4');
    if (isSafetensors(probe)) found.push('safetensors');
    if (isPythonBytecode(head)) found.push('python-bytecode');
    if (bufferView(head.subarray(0, PDF_SEARCH_BYTES)).includes(PDF_MAGIC)) found.push('pdf');
    if (await hasHdf5Superblock(probe)) found.push('hdf5');
    return found;
  },
};

/** Whether `bytes` stand at a place of `head`. */
export function startsWith(head: Uint8Array, bytes: Uint8Array, at: number = 0): boolean {
  return head.length >= at + bytes.length && bytes.every((byte, index) => head[at + index] === byte);
}

/** A header length that fits the file, then an object: what every safetensors file begins with. */
function isSafetensors({ head, source }: Probe): boolean {
  if (head.length < 10 || head[8] !== 0x7b) return false;
  const length = new DataView(head.buffer, head.byteOffset, 8).getBigUint64(0, true);
  return length >= 2n && length <= BigInt(source.size - 8);
}

/** CPython's .pyc: a version number, CR LF, and flags or a time (PEP 552). */
function isPythonBytecode(head: Uint8Array): boolean {
  const version = (head[0] ?? 0) | ((head[1] ?? 0) << 8);
  return head.length >= 16 && head[2] === 0x0d && head[3] === 0x0a && version >= 3000 && version < 4000;
}

async function hasHdf5Superblock({ source, head }: Probe): Promise<boolean> {
  if (startsWith(head, HDF5_MAGIC)) return true;
  for (let at = 512; at < Math.min(source.size, MAX_USER_BLOCK); at *= 2) {
    const bytes = at + 8 <= head.length ? head.subarray(at, at + 8) : await source.read(at, 8);
    if (startsWith(bytes, HDF5_MAGIC)) return true;
  }
  return false;
}
