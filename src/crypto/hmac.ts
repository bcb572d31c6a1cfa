import { createHmac } from 'node:crypto';
import type { HashName } from './hash.ts';
import { type KeyInput, keyInput } from './symmetric-key.ts';
import { viewBytes } from './view-bytes.ts';

/** Hashes that may key a MAC or a derivation. */
export type MacHash = Extract<HashName, 'sha256' | 'sha384' | 'sha512'>;

/** HMAC (RFC 2104) over the given parts, one after the other. Compare it with `equalBytes` only. */
export function hmac(name: MacHash, key: KeyInput, ...parts: readonly Uint8Array[]): Uint8Array {
  const mac = createHmac(name, keyInput(key));
  for (const part of parts) mac.update(part);
  return viewBytes(mac.digest());
}
