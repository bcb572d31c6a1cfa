import {
  formatCanonicalJson,
  fromBase64Url,
  parseCanonicalJson,
  SecretBytes,
  toBase64Url,
  utf8Bytes,
  utf8Text,
} from '../bytes/index.ts';
import { equalBytes, hkdfExpand, hmac } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { EncryptedHeader, FileMetadata } from './container-header.ts';
import { floeOpen, floeSeal } from './floe-whole.ts';
import { METADATA_SCHEMA } from './header-schema.ts';
import { boundTo, FORMAT } from './labels.ts';
import { SMALL_SEGMENT_BYTES } from './limits.ts';
import type { Dek, SlotContext } from './recipient.ts';

// What hangs on a data key besides the payload: the header's MAC and the sealed metadata.

/** The part of a header that its MAC covers. */
export type AuthenticatedPart = Omit<EncryptedHeader, 'mac' | 'generation' | 'slots'>;

/** Length of a data key in bytes. */
export const DEK_BYTES = 32;

const SUBKEY_BYTES = 32;

function subkey(dek: Dek, label: string): SecretBytes {
  const info = utf8Bytes(`${FORMAT} ${label}`);
  return SecretBytes.take(hkdfExpand('sha384', dek, { info, length: SUBKEY_BYTES }));
}

/** Associated data of the payload's FLOE message. */
export function payloadAad(ids: SlotContext): Uint8Array {
  return boundTo('payload', ids, Uint8Array.of(1));
}

/** Encrypts name and digests under the data key. */
export function sealMetadata(dek: Dek, ids: SlotContext, metadata: FileMetadata): string {
  using key = subkey(dek, 'metadata');
  const context = { key, aad: boundTo('metadata', ids), segmentBytes: SMALL_SEGMENT_BYTES };
  return toBase64Url(floeSeal(context, utf8Bytes(formatCanonicalJson(metadata))));
}

/** Name and digests. Throws `CONTAINER_TAMPERED` when they were not sealed under this key for this blob. */
export function openMetadata(dek: Dek, header: EncryptedHeader): FileMetadata {
  using key = subkey(dek, 'metadata');
  const context = { key, aad: boundTo('metadata', header), segmentBytes: SMALL_SEGMENT_BYTES };
  const opened = floeOpen(context, fromBase64Url(header.metadata) ?? new Uint8Array());
  const text = opened && utf8Text(opened);
  const parsed = METADATA_SCHEMA.safeParse(text === undefined ? undefined : parseCanonicalJson(text));
  if (!parsed.success) throw new StrongroomError('CONTAINER_TAMPERED', 'the sealed metadata does not verify');
  return parsed.data;
}

/** The MAC over everything in a header that never changes. */
export function headerMac(dek: Dek, part: AuthenticatedPart): Uint8Array {
  using key = subkey(dek, 'header mac');
  return hmac('sha256', key, utf8Bytes(formatCanonicalJson(part)));
}

/** Throws `CONTAINER_TAMPERED` unless the header was made by somebody who has the data key. */
export function assertHeaderMac(dek: Dek, header: EncryptedHeader): void {
  const { mac, generation: _generation, slots: _slots, ...part } = header;
  const expected = headerMac(dek, part);
  if (!equalBytes(expected, fromBase64Url(mac) ?? new Uint8Array())) {
    throw new StrongroomError('CONTAINER_TAMPERED', 'the header was changed after sealing');
  }
}
