import type { ByteRange } from '../../bytes/index.ts';

/** Compression methods that are read here. */
export const METHOD_STORED = 0;
export const METHOD_DEFLATED = 8;

/** Bits of the general-purpose flags (APPNOTE 4.4.4). */
export const FLAG_ENCRYPTED = 0x1;
export const FLAG_DESCRIPTOR = 0x8;
export const FLAG_PATCH = 0x20;
export const FLAG_STRONG_ENCRYPTION = 0x40;
export const FLAG_UTF8 = 0x800;
export const FLAG_MASKED = 0x2000;

/** What one header, local or central, says of a member. */
export interface ZipHeader {
  /** Where the header is in the source. */
  readonly offset: number;
  /** The name decoded: UTF-8 where it is valid, else each byte a character. Hostile. */
  readonly name: string;
  readonly nameBytes: Uint8Array;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  /** Compressed and uncompressed size, from the zip64 extra field where there is one. */
  readonly compressedSize: number;
  readonly size: number;
  /** The bytes of the header in the source. */
  readonly end: number;
  /** Whether a zip64 extra field gave some of it. */
  readonly isZip64: boolean;
  /** A name in an Info-ZIP Unicode path extra field that some readers prefer. */
  readonly unicodeName: string | undefined;
}

/** A header in the central directory. */
export interface CentralHeader extends ZipHeader {
  /** Where the local header is, as a place in the source. */
  readonly localOffset: number;
  readonly madeBy: number;
  readonly externalAttributes: number;
  readonly diskStart: number;
}

/** One file in an archive. */
export interface ZipMember {
  readonly name: string;
  /** Which headers speak of it; one in `local` alone is hidden from readers of the directory. */
  readonly seen: 'both' | 'local' | 'central';
  readonly method: number;
  readonly flags: number;
  readonly crc: number;
  readonly size: number;
  /** The compressed bytes in the source; empty when there is no local header. */
  readonly data: ByteRange;
  readonly central: CentralHeader | undefined;
  readonly local: ZipHeader | undefined;
  /** What the unix mode in the directory makes of it. */
  readonly kind: 'file' | 'folder' | 'link' | 'device';
  /** Whether a flag says that it is encrypted; some loaders do not look. */
  readonly isEncrypted: boolean;
}
