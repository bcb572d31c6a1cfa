import { decodeBzip2 } from '../bzip2/read-bzip2.ts';
import { decodeGzip, decodeZlib } from '../gzip/read-gzip.ts';
import { decodeLz4 } from '../lz4/read-lz4.ts';
import { decodeLzma } from '../xz/read-lzma.ts';
import { decodeXz } from '../xz/read-xz.ts';
import { decodeZstd } from '../zstd/read-zstd.ts';
import type { Decoder } from './decoder.ts';

/** Formats that hold one compressed content. */
export type CompressedFormat = 'gzip' | 'zlib' | 'bzip2' | 'xz' | 'lzma' | 'zstd' | 'lz4';

/** Their decoders. Content that comes before broken data is given; then the decoder notes a problem and ends. */
export const DECODERS: Readonly<Record<CompressedFormat, Decoder>> = {
  gzip: decodeGzip,
  zlib: decodeZlib,
  bzip2: decodeBzip2,
  xz: decodeXz,
  lzma: decodeLzma,
  zstd: decodeZstd,
  lz4: decodeLz4,
};
