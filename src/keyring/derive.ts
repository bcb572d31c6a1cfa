import { SecretBytes, utf8Bytes } from '../bytes/index.ts';
import { hkdfExpand } from '../crypto/index.ts';

/** A key of 32 bytes for one purpose, out of a key that is uniformly random (HKDF-Expand with SHA-384, RFC 5869). */
export function deriveSecret(key: SecretBytes, label: string): SecretBytes {
  return SecretBytes.take(hkdfExpand('sha384', key, { info: utf8Bytes(label), length: 32 }));
}
