import { fromBase64, SecretBytes, toBase64, utf8Bytes, utf8Text } from '../bytes/index.ts';
import { randomSecret } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';

/** Length of the root key, and of the key in a key file or an environment variable. */
export const ROOT_KEY_BYTES = 32;
/** A key file is 44 characters and a line end; whatever is much longer is another file. */
const MAX_KEY_TEXT_BYTES = 256;

/** A fresh key for a key file. */
export function generateRootKey(): SecretBytes {
  return randomSecret(ROOT_KEY_BYTES);
}

/** The content of a key file: base64 (RFC 4648 §4) and a line end. To be wiped by the caller. */
export function formatRootKey(key: SecretBytes): Uint8Array {
  return utf8Bytes(`${toBase64(key.expose())}\n`);
}

/** Reads a key file or an environment variable; blanks around the key do not count. Throws `INPUT_INVALID`. */
export function parseRootKey(content: Uint8Array | string): SecretBytes {
  const text = typeof content === 'string' ? content : utf8Text(content.subarray(0, MAX_KEY_TEXT_BYTES + 1));
  const isShort = text !== undefined && text.length <= MAX_KEY_TEXT_BYTES;
  const key = isShort ? fromBase64(text.trim()) : undefined;
  if (key?.length !== ROOT_KEY_BYTES) {
    throw new StrongroomError('INPUT_INVALID', `a root key is ${ROOT_KEY_BYTES} bytes as base64`, {
      hint: 'make one with: openssl rand -base64 32',
    });
  }
  return SecretBytes.take(key);
}
