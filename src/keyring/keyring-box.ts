import {
  concatBytes,
  fromBase64Url,
  type SecretBytes,
  toBase64Url,
  uintBytes,
  utf8Bytes,
} from '../bytes/index.ts';
import { unwrapSecret, wrapSecret } from '../container/index.ts';
import { hkdfExpand, ID_BYTES, sha256 } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { deriveSecret } from './derive.ts';
import { formatContent, type KeyringContent, parseContent } from './keyring-content.ts';
import { formatKeyringHead, type KeyringFile, type KeyringHead } from './keyring-file.ts';

/** The id of a root key: made from its material, so that two keys never share one by accident. */
export function rootIdOf(root: SecretBytes): string {
  return toBase64Url(
    hkdfExpand('sha384', root, { info: utf8Bytes('strongroom/1 root id'), length: ID_BYTES }),
  );
}

/** Seals the keys under the root key, bound to every byte of the head. */
export function sealContent(root: SecretBytes, head: KeyringHead, content: KeyringContent): KeyringFile {
  using key = deriveSecret(root, 'strongroom/1 keyring');
  const plain = formatContent(content);
  try {
    return { head, box: wrapSecret(key, plain, boxAad(head)) };
  } finally {
    plain.fill(0);
  }
}

/** Opens what `sealContent` sealed. Throws `KEYRING_TAMPERED` when head or box were changed. */
export function openContent(root: SecretBytes, { head, box }: KeyringFile): KeyringContent {
  using key = deriveSecret(root, 'strongroom/1 keyring');
  const plain = unwrapSecret(key, box, boxAad(head));
  if (plain === undefined) {
    throw new StrongroomError('KEYRING_TAMPERED', 'the keyring was changed after it was sealed');
  }
  try {
    return parseContent(plain);
  } finally {
    plain.fill(0);
  }
}

function boxAad(head: KeyringHead): Uint8Array {
  return concatBytes(
    utf8Bytes('strongroom/1\0keyring\0'),
    fromBase64Url(head.vault) ?? new Uint8Array(0),
    uintBytes(head.generation, 8),
    sha256(formatKeyringHead(head)),
  );
}
