import { utf8Text } from '../../bytes/index.ts';
import { DER, type DerElement, malformedDer } from './der-reader.ts';

/** An object identifier as dotted text (X.690 §8.19). */
export function readOid({ content }: DerElement): string {
  const parts: number[] = [];
  let part = 0;
  let isFresh = true;
  for (const byte of content) {
    if ((isFresh && byte === 0x80) || part > 2 ** 40) throw malformedDer('an object identifier is not DER');
    part = part * 128 + (byte & 0x7f);
    isFresh = byte < 0x80;
    if (isFresh) {
      parts.push(part);
      part = 0;
    }
  }
  const first = parts.shift();
  if (first === undefined || !isFresh) throw malformedDer('an object identifier is cut');
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - root * 40, ...parts].join('.');
}

/** A boolean: 0x00 or 0xff and nothing else. */
export function readBoolean({ content }: DerElement): boolean {
  const [value] = content;
  if (content.length !== 1 || (value !== 0 && value !== 0xff)) throw malformedDer('a boolean is not DER');
  return value === 0xff;
}

/** The bytes of an integer in their shortest form, which must not be negative. */
export function readUnsigned({ content }: DerElement): Uint8Array {
  const [first, second = 0] = content;
  const isShortest = first !== undefined && (first !== 0 || content.length === 1 || second >= 0x80);
  if (!isShortest || first >= 0x80) throw malformedDer('an integer is not DER, or negative');
  return first === 0 && content.length > 1 ? content.subarray(1) : content;
}

/** A small integer, such as a version or a length of a path. */
export function readSmallNumber(element: DerElement): number {
  const [value, more] = readUnsigned(element);
  if (value === undefined || more !== undefined) throw malformedDer('a number is too large');
  return value;
}

/** The bits of a bit string as flags, bit 0 first; without trailing zeros, as DER wants named bits. */
export function readBits({ content }: DerElement): readonly boolean[] {
  const [unused, ...bytes] = content;
  if (unused === undefined || unused > 7 || (bytes.length === 0 && unused > 0))
    throw malformedDer('a bit string is not DER');
  const bits = bytes.flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((bit) => ((byte >> bit) & 1) === 1));
  const used = bits.slice(0, bits.length - unused);
  if (bits.slice(used.length).includes(true)) throw malformedDer('a bit string is not DER');
  return used;
}

/** The content of a bit string of whole bytes: a key, a signature. */
export function readBitStringBytes({ content }: DerElement): Uint8Array {
  if (content[0] !== 0) throw malformedDer('a bit string is not of whole bytes');
  return content.subarray(1);
}

/** UTCTime or GeneralizedTime as RFC 5280 §4.1.2.5 allows them: to the second, in UTC. Milliseconds since 1970. */
export function readTime({ tag, content }: DerElement): number {
  const text = utf8Text(content) ?? '';
  const full = tag === DER.utcTime ? withCentury(text) : text;
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full);
  if (match === null || (tag !== DER.utcTime && tag !== DER.generalizedTime)) {
    throw malformedDer('a time is not DER');
  }
  const [year, month, day, hour, minute, second] = match.slice(1);
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const time = Date.parse(iso);
  // Date takes 30 February for 2 March.
  if (Number.isNaN(time) || new Date(time).toISOString() !== iso) throw malformedDer('there is no such time');
  return time;
}

/** Years of two digits are those from 1950 to 2049. */
function withCentury(text: string): string {
  return `${text < '50' ? '20' : '19'}${text}`;
}
