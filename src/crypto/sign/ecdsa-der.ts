/**
 * Whether these bytes are an ECDSA signature as DER writes it, and only so (RFC 3279 §2.2.3, X.690 §8, §10): a
 * sequence of two positive integers in their shortest form, both in 1 … order−1, nothing after them. High `s` is
 * allowed, because OpenSSL and with it Python's model_signing write it in half of all signatures.
 */
export function isStrictEcdsaDer(bytes: Uint8Array, order: bigint): boolean {
  const body = readValue(bytes, 0x30);
  if (body?.rest.length !== 0) return false;
  const r = readValue(body.value, 0x02);
  const s = r && readValue(r.rest, 0x02);
  return s?.rest.length === 0 && isScalar(r?.value, order) && isScalar(s.value, order);
}

function readValue(
  bytes: Uint8Array,
  tag: number,
): { readonly value: Uint8Array; readonly rest: Uint8Array } | undefined {
  const [first, short, long] = bytes;
  if (first !== tag || short === undefined) return undefined;
  // Two integers of 521 bits fit into one byte of length; longer forms are not a signature of ours.
  const isLong = short === 0x81 && long !== undefined && long >= 0x80;
  if (short >= 0x80 && !isLong) return undefined;
  const start = isLong ? 3 : 2;
  const end = start + (isLong ? long : short);
  return end > bytes.length ? undefined : { value: bytes.subarray(start, end), rest: bytes.subarray(end) };
}

function isScalar(value: Uint8Array | undefined, order: bigint): boolean {
  const [first, second = 0] = value ?? [];
  if (value === undefined || first === undefined || first >= 0x80) return false;
  if (first === 0 && value.length > 1 && second < 0x80) return false;
  let number = 0n;
  for (const byte of value) number = (number << 8n) | BigInt(byte);
  return number > 0n && number < order;
}
