import { utf8Text } from '../../bytes/index.ts';

// POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format".
export const TAR_BLOCK_BYTES = 512;
const CHECKSUM_AT = 148;
const CHECKSUM_BYTES = 8;

/** One header block as it stands, before longer names and pax records are applied. Names are hostile. */
export interface TarHeader {
  readonly name: string;
  readonly linkName: string;
  /** Bytes of content that follow; −1 when the field is no number. */
  readonly size: number;
  /** The type flag as a character, `0` for NUL. */
  readonly type: string;
  readonly mode: number;
  readonly flavour: 'ustar' | 'gnu' | 'v7';
}

/** The header in a block; `undefined` when its check sum does not fit. */
export function parseTarHeader(block: Uint8Array): TarHeader | undefined {
  if (block.length < TAR_BLOCK_BYTES || !hasGoodChecksum(block)) return undefined;
  const magic = textOf(block, 257, 8);
  const flavour = magic === 'ustar  ' ? 'gnu' : magic.startsWith('ustar') ? 'ustar' : 'v7';
  const prefix = flavour === 'ustar' ? textOf(block, 345, 155) : '';
  const name = textOf(block, 0, 100);
  const type = String.fromCharCode(block[156] ?? 0);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    linkName: textOf(block, 157, 100),
    size: numberOf(block.subarray(124, 136)),
    type: type === '\0' ? '0' : type,
    mode: Math.max(0, numberOf(block.subarray(100, 108))),
    flavour,
  };
}

/** Whether a block is only zeros: the end of an archive. */
export function isZeroBlock(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

function hasGoodChecksum(block: Uint8Array): boolean {
  const stored = numberOf(block.subarray(CHECKSUM_AT, CHECKSUM_AT + CHECKSUM_BYTES));
  if (stored <= 0) return false;
  let unsigned = 0;
  let signed = 0;
  for (let at = 0; at < TAR_BLOCK_BYTES; at++) {
    const isField = at >= CHECKSUM_AT && at < CHECKSUM_AT + CHECKSUM_BYTES;
    const byte = isField ? 0x20 : (block[at] ?? 0);
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  return stored === unsigned || stored === signed;
}

/** A field of octal digits, or of 255-complement bytes (GNU); −1 for anything else, 0 when it is empty. */
function numberOf(field: Uint8Array): number {
  const [first = 0] = field;
  if ((first & 0x80) !== 0) {
    if ((first & 0x7f) !== 0) return -1;
    let value = 0;
    for (const byte of field.subarray(1)) value = value * 256 + byte;
    return Number.isSafeInteger(value) ? value : -1;
  }
  const text = textOf(field, 0, field.length).trim();
  if (text === '') return 0;
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : -1;
}

/** The text of a field up to its first NUL. */
export function textOf(bytes: Uint8Array, at: number, length: number): string {
  const field = bytes.slice(at, at + length);
  const end = field.indexOf(0);
  const used = end < 0 ? field : field.slice(0, end);
  return utf8Text(used) ?? Array.from(used, (byte) => String.fromCharCode(byte)).join('');
}
