import { type ByteSource, bufferView, concatBytes } from '../bytes/index.ts';
import type { OpenedPayload } from '../container/index.ts';

/** As long as a segment, so that none is decrypted for two pages. */
const PAGE_BYTES = 256 * 1024;
/** Pages kept: 16 MiB, however large the file. */
const MAX_PAGES = 64;

/**
 * An open payload as a source to be read here and there, such as by a scan: what was read is kept for a while, because
 * readers of formats come back to the same place. Reads of more than all that is kept are not kept. Throws as
 * `OpenedPayload.lend`.
 */
export function payloadSource(payload: Pick<OpenedPayload, 'size' | 'lend'>): ByteSource {
  const pages = new Map<number, Promise<Uint8Array>>();
  const pageAt = (index: number): Promise<Uint8Array> => {
    const page = pages.get(index) ?? readRange(payload, index * PAGE_BYTES, PAGE_BYTES);
    // Moved to the end, which is the last to be dropped.
    pages.delete(index);
    pages.set(index, page);
    if (pages.size > MAX_PAGES) pages.delete(pages.keys().next().value ?? index);
    return page;
  };
  return {
    size: payload.size,
    async read(offset, length) {
      const end = Math.min(offset + length, payload.size);
      if (offset >= end) return new Uint8Array();
      const first = Math.floor(offset / PAGE_BYTES);
      const last = Math.floor((end - 1) / PAGE_BYTES);
      if (last - first >= MAX_PAGES) return await readRange(payload, offset, end - offset);
      const parts: Uint8Array[] = [];
      for (let index = first; index <= last; index++) {
        const start = index * PAGE_BYTES;
        const page = await pageAt(index);
        parts.push(page.subarray(Math.max(0, offset - start), end - start));
      }
      return parts.length === 1 && parts[0] !== undefined ? parts[0] : concatBytes(...parts);
    },
  };
}

async function readRange(
  payload: Pick<OpenedPayload, 'size' | 'lend'>,
  start: number,
  length: number,
): Promise<Uint8Array> {
  const end = Math.min(start + length, payload.size);
  const bytes = new Uint8Array(end - start);
  let at = 0;
  for await (const part of payload.lend({ start, end })) {
    // Not `set`, which goes word by word where the memory is shared.
    bufferView(part).copy(bytes, at);
    at += part.length;
  }
  return bytes;
}
