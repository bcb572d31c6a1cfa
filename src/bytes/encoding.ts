/** Joins byte arrays into one new array. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

const UTF8 = new TextEncoder();

/** Text as UTF-8 bytes. */
export function utf8Bytes(text: string): Uint8Array<ArrayBuffer> {
  return UTF8.encode(text);
}

const UTF8_READER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 bytes as text; `undefined` when they are not well-formed UTF-8. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  try {
    return UTF8_READER.decode(bytes);
  } catch {
    return undefined;
  }
}

/** A view of the same memory as a Buffer, without copying. */
export function bufferView(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Bytes as lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  return bufferView(bytes).toString('hex');
}

/** Hexadecimal (even length, either case) as bytes; `undefined` when it is anything else. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return undefined;
  return new Uint8Array(Buffer.from(text, 'hex'));
}

/** Bytes as base64url without padding (RFC 4648 §5). */
export function toBase64Url(bytes: Uint8Array): string {
  return bufferView(bytes).toString('base64url');
}

/** Unpadded canonical base64url (RFC 4648 §5) as bytes; `undefined` when it is anything else. */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  return decodeCanonically(text, 'base64url');
}

/** Bytes as padded base64 (RFC 4648 §4). */
export function toBase64(bytes: Uint8Array): string {
  return bufferView(bytes).toString('base64');
}

/** Padded canonical base64 (RFC 4648 §4) as bytes; `undefined` when it is anything else. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  return decodeCanonically(text, 'base64');
}

function decodeCanonically(
  text: string,
  encoding: 'base64' | 'base64url',
): Uint8Array<ArrayBuffer> | undefined {
  const bytes = Buffer.from(text, encoding);
  // Buffer skips what it does not know; only text that encodes back to itself was well-formed.
  return bytes.toString(encoding) === text ? new Uint8Array(bytes) : undefined;
}

/** An unsigned integer as `width` big-endian bytes. */
export function uintBytes(value: number | bigint, width: 1 | 2 | 4 | 8): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(width);
  let rest = BigInt(value);
  for (let at = width - 1; at >= 0; at--) {
    bytes[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}
