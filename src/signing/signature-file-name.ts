/** Characters of a key's id in a file name: enough to tell keys apart, and 64 bits against a chance match. */
const KEY_CHARS = 16;

/**
 * What the signature by a key is called beside a model: `model.sig` for the one that model_signing looks for, and
 * `model.<key>.sig` for every other one, such as the post-quantum twin.
 */
export function signatureFileName(keyId?: string): string {
  return keyId === undefined ? 'model.sig' : `model.${keyId.slice(0, KEY_CHARS)}.sig`;
}
