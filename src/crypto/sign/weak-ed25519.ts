import { bufferView, toHex } from '../../bytes/index.ts';

/**
 * The y-coordinates of the points of order 1, 2, 4 and 8, and their second spellings beyond the field's prime, little
 * endian without the sign bit (RFC 8032 §5.1.2; curve25519 has cofactor 8). Whoever verifies with such a key accepts
 * signatures that anybody can make.
 */
const SMALL_ORDER = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

/** Whether an Ed25519 key (SubjectPublicKeyInfo, whose last 32 bytes are the point) has a small order. */
export function isWeakEd25519(spki: Uint8Array): boolean {
  const point = Uint8Array.from(bufferView(spki).subarray(-32));
  point[31] = (point[31] ?? 0) & 0x7f;
  return SMALL_ORDER.has(toHex(point));
}
