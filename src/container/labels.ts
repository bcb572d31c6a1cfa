import { concatBytes, fromBase64Url, utf8Bytes } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { SlotContext } from './recipient.ts';

/** The format's name in headers, and the start of everything that it binds. */
export const FORMAT = 'strongroom/1';
/** Length of vault and blob ids in bytes. */
export const ID_BYTES = 16;

/**
 * Associated data of one use: `strongroom/1 NUL use NUL`, the ids of vault and blob, and what else the use binds
 * (docs/spec/container.md, "Labels"). Throws `CONTAINER_MALFORMED` for ids that are not 16 bytes as base64url.
 */
export function boundTo(use: string, ids: SlotContext, ...rest: readonly Uint8Array[]): Uint8Array {
  return concatBytes(utf8Bytes(`${FORMAT}\0${use}\0`), idBytes(ids.vault), idBytes(ids.blob), ...rest);
}

function idBytes(id: string): Uint8Array {
  const bytes = fromBase64Url(id);
  if (bytes?.length !== ID_BYTES) throw new StrongroomError('CONTAINER_MALFORMED', 'an id is not 16 bytes');
  return bytes;
}
