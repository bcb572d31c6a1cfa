import { crc32, deflateRawSync } from 'node:zlib';
import { concatBytes, utf8Bytes } from '../../src/bytes/index.ts';

/** What one header says of a member; everything that is left out is as it should be. */
export interface HeaderFields {
  readonly name?: string;
  readonly flags?: number;
  readonly method?: number;
  readonly crc?: number;
  readonly compressedSize?: number;
  readonly size?: number;
  readonly extra?: Uint8Array;
}

/** One member of an archive to be built, honest unless told otherwise. */
export interface MemberSpec {
  readonly name: string;
  readonly content: Uint8Array | string;
  readonly deflate?: boolean;
  /** What lies in the archive for it, when that is not the content. */
  readonly stored?: Uint8Array;
  readonly local?: HeaderFields;
  readonly central?: HeaderFields & {
    readonly madeBy?: number;
    readonly externalAttributes?: number;
    readonly localOffset?: number;
    readonly diskStart?: number;
  };
  readonly onlyIn?: 'local' | 'central';
  /** Bytes before its local header that belong to nothing. */
  readonly before?: Uint8Array;
  /** Leaves sizes and check sum to a data descriptor, as PyTorch does. */
  readonly descriptor?: 'signed' | 'plain' | 'wide';
}

/** An archive to be built. */
export interface ZipSpec {
  readonly members: readonly MemberSpec[];
  readonly prefix?: Uint8Array;
  readonly suffix?: Uint8Array;
  readonly comment?: Uint8Array;
  readonly end?: {
    readonly entries?: number;
    readonly directorySize?: number;
    readonly directoryOffset?: number;
  };
  /** Offsets count from the start of the archive, not of the file (as they are when a prefix was put before). */
  readonly relativeOffsets?: boolean;
}

const NOTHING = new Uint8Array(0);

/** Bytes of a zip archive exactly as specified, lies included. */
export function buildZip(spec: ZipSpec): Uint8Array<ArrayBuffer> {
  const { prefix = NOTHING, suffix = NOTHING } = spec;
  const base = spec.relativeOffsets === true ? prefix.length : 0;
  const parts: Uint8Array[] = [prefix];
  const directory: Uint8Array[] = [];
  let at = prefix.length;
  for (const member of spec.members) {
    const { before = NOTHING, onlyIn } = member;
    const fields = fieldsOf(member);
    const local = onlyIn === 'central' ? NOTHING : localPart(member, fields);
    parts.push(before, local);
    if (onlyIn !== 'local') directory.push(centralHeader(member, fields, at + before.length - base));
    at += before.length + local.length;
  }
  return concatBytes(...parts, ...directory, endRecord(spec, directory, at - base), suffix);
}

function endRecord(spec: ZipSpec, directory: readonly Uint8Array[], offset: number): Uint8Array {
  const { end = {}, comment = NOTHING } = spec;
  const entries = end.entries ?? directory.length;
  const size = directory.reduce((sum, header) => sum + header.length, 0);
  const fields = record(0x06054b50, [
    [2, 0],
    [2, 0],
    [2, entries],
    [2, entries],
    [4, end.directorySize ?? size],
    [4, end.directoryOffset ?? offset],
    [2, comment.length],
  ]);
  return concatBytes(fields, comment);
}

interface Fields {
  readonly data: Uint8Array;
  readonly method: number;
  readonly crc: number;
  readonly size: number;
}

function fieldsOf({ content, deflate, stored }: MemberSpec): Fields {
  const plain = typeof content === 'string' ? utf8Bytes(content) : content;
  const data = stored ?? (deflate === true ? new Uint8Array(deflateRawSync(plain)) : plain);
  return { data, method: deflate === true ? 8 : 0, crc: crc32(plain), size: plain.length };
}

function localPart(member: MemberSpec, fields: Fields): Uint8Array {
  const { local = {}, descriptor } = member;
  const name = utf8Bytes(local.name ?? member.name);
  const extra = local.extra ?? new Uint8Array(0);
  const isDeferred = descriptor !== undefined;
  const header = record(0x04034b50, [
    [2, 20],
    [2, local.flags ?? (isDeferred ? 8 : 0)],
    [2, local.method ?? fields.method],
    [4, 0],
    [4, local.crc ?? (isDeferred ? 0 : fields.crc)],
    [4, local.compressedSize ?? (isDeferred ? 0 : fields.data.length)],
    [4, local.size ?? (isDeferred ? 0 : fields.size)],
    [2, name.length],
    [2, extra.length],
  ]);
  return concatBytes(header, name, extra, fields.data, descriptorPart(descriptor, fields));
}

function descriptorPart(kind: MemberSpec['descriptor'], { crc, data, size }: Fields): Uint8Array {
  if (kind === undefined) return new Uint8Array(0);
  const width = kind === 'wide' ? 8 : 4;
  const fields: [number, number][] = [
    [4, crc],
    [width, data.length],
    [width, size],
  ];
  return kind === 'plain' ? record(undefined, fields) : record(0x08074b50, fields);
}

function centralHeader(member: MemberSpec, fields: Fields, offset: number): Uint8Array {
  const { central = {} } = member;
  const name = utf8Bytes(central.name ?? member.name);
  const extra = central.extra ?? new Uint8Array(0);
  const header = record(0x02014b50, [
    [2, central.madeBy ?? 0x0314],
    [2, 20],
    [2, central.flags ?? (member.descriptor !== undefined ? 8 : 0)],
    [2, central.method ?? fields.method],
    [4, 0],
    [4, central.crc ?? fields.crc],
    [4, central.compressedSize ?? fields.data.length],
    [4, central.size ?? fields.size],
    [2, name.length],
    [2, extra.length],
    [2, 0],
    [2, central.diskStart ?? 0],
    [2, 0],
    [4, central.externalAttributes ?? (0o100644 << 16) >>> 0],
    [4, central.localOffset ?? offset],
  ]);
  return concatBytes(header, name, extra);
}

/** A signature and little-endian numbers of given widths. */
export function record(
  signature: number | undefined,
  fields: readonly (readonly [number, number])[],
): Uint8Array {
  const all: readonly (readonly [number, number])[] =
    signature === undefined ? fields : [[4, signature], ...fields];
  return concatBytes(
    ...all.map(([width, value]) => {
      const bytes = new Uint8Array(width);
      let rest = BigInt(value);
      for (let at = 0; at < width; at++) {
        bytes[at] = Number(rest & 0xffn);
        rest >>= 8n;
      }
      return bytes;
    }),
  );
}
