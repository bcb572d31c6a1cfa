import { utf8Text } from '../../bytes/index.ts';
import { type CentralHeader, FLAG_DESCRIPTOR, type ZipHeader } from './zip-member.ts';

// PKWARE APPNOTE.TXT 6.3.10.
const LOCAL_SIGNATURE = 0x04034b50;
export const CENTRAL_SIGNATURE = 0x02014b50;
export const LOCAL_BYTES = 30;
export const CENTRAL_BYTES = 46;
/** The longest local header: its fixed part, name and extra field. */
export const MAX_LOCAL_BYTES = LOCAL_BYTES + 2 * 0xffff;
const EXTRA_ZIP64 = 0x0001;
const EXTRA_UNICODE_PATH = 0x7075;
const UNKNOWN_32 = 0xffffffff;

/** A local header in `bytes`, which begin at `offset` in the source; `undefined` when there is none, or it is cut. */
export function parseLocalHeader(bytes: Uint8Array, offset: number): ZipHeader | undefined {
  if (bytes.length < LOCAL_BYTES) return undefined;
  const view = viewOf(bytes);
  if (view.getUint32(0, true) !== LOCAL_SIGNATURE) return undefined;
  const [nameLength, extraLength] = [view.getUint16(26, true), view.getUint16(28, true)];
  const length = LOCAL_BYTES + nameLength + extraLength;
  if (bytes.length < length) return undefined;
  const nameBytes = bytes.slice(LOCAL_BYTES, LOCAL_BYTES + nameLength);
  const extra = parseExtra(bytes.subarray(LOCAL_BYTES + nameLength, length));
  const zip64 = new Zip64Fields(extra.zip64);
  const size = zip64.resolve(view.getUint32(22, true));
  const compressedSize = zip64.resolve(view.getUint32(18, true));
  return {
    offset,
    name: nameText(nameBytes),
    nameBytes,
    flags: view.getUint16(6, true),
    method: view.getUint16(8, true),
    crc: view.getUint32(14, true),
    compressedSize,
    size,
    end: offset + length,
    isZip64: extra.zip64 !== undefined,
    unicodeName: extra.unicodeName,
  };
}

/** A header of the central directory in `bytes`; `undefined` when there is none, or it is cut. */
export function parseCentralHeader(
  bytes: Uint8Array,
  at: { readonly offset: number; readonly shift: number },
): (CentralHeader & { readonly length: number }) | undefined {
  if (bytes.length < CENTRAL_BYTES) return undefined;
  const view = viewOf(bytes);
  if (view.getUint32(0, true) !== CENTRAL_SIGNATURE) return undefined;
  const nameLength = view.getUint16(28, true);
  const extraEnd = CENTRAL_BYTES + nameLength + view.getUint16(30, true);
  const length = extraEnd + view.getUint16(32, true);
  if (bytes.length < length) return undefined;
  const nameBytes = bytes.slice(CENTRAL_BYTES, CENTRAL_BYTES + nameLength);
  const extra = parseExtra(bytes.subarray(CENTRAL_BYTES + nameLength, extraEnd));
  const zip64 = new Zip64Fields(extra.zip64);
  // The order of the fields in the extra is fixed: size, compressed size, offset (APPNOTE 4.5.3).
  const size = zip64.resolve(view.getUint32(24, true));
  const compressedSize = zip64.resolve(view.getUint32(20, true));
  return {
    offset: at.offset,
    name: nameText(nameBytes),
    nameBytes,
    flags: view.getUint16(8, true),
    method: view.getUint16(10, true),
    crc: view.getUint32(16, true),
    compressedSize,
    size,
    end: at.offset + length,
    isZip64: extra.zip64 !== undefined,
    unicodeName: extra.unicodeName,
    localOffset: zip64.resolve(view.getUint32(42, true)) + at.shift,
    madeBy: view.getUint16(4, true),
    externalAttributes: view.getUint32(38, true),
    diskStart: view.getUint16(34, true),
    length,
  };
}

/** Whether a local header leaves sizes and check sum to a data descriptor behind the data. */
export function defersSizes(local: ZipHeader): boolean {
  return (local.flags & FLAG_DESCRIPTOR) !== 0 && local.crc === 0 && local.compressedSize === 0;
}

/** The bytes of a name as text: UTF-8 where they are that, else each byte a character. */
function nameText(bytes: Uint8Array): string {
  return utf8Text(bytes) ?? Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}

interface ExtraFields {
  readonly zip64: Uint8Array | undefined;
  readonly unicodeName: string | undefined;
}

function parseExtra(bytes: Uint8Array): ExtraFields {
  const view = viewOf(bytes);
  let zip64: Uint8Array | undefined;
  let unicodeName: string | undefined;
  for (let at = 0; at + 4 <= bytes.length; ) {
    const [id, length] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
    const field = bytes.subarray(at + 4, at + 4 + length);
    if (id === EXTRA_ZIP64) zip64 ??= field;
    // One byte of version and a check sum of the plain name come first.
    if (id === EXTRA_UNICODE_PATH && field.length > 5) unicodeName ??= nameText(field.slice(5));
    at += 4 + length;
  }
  return { zip64, unicodeName };
}

/** The 64-bit values that stand in for 32-bit ones that are all ones, in their order. */
class Zip64Fields {
  readonly #bytes: Uint8Array | undefined;
  #at = 0;

  constructor(bytes: Uint8Array | undefined) {
    this.#bytes = bytes;
  }

  resolve(value: number): number {
    if (value !== UNKNOWN_32 || this.#bytes === undefined || this.#at + 8 > this.#bytes.length) return value;
    const wide = viewOf(this.#bytes).getBigUint64(this.#at, true);
    this.#at += 8;
    return wide > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(wide);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
