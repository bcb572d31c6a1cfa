import type { FileInput, FilePath } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { freeMemory } from './free-memory.ts';

/** A file that comes in one after the other with others, of a known size. */
export interface AnnouncedFile {
  readonly path: FilePath;
  readonly size: number;
}

/**
 * The files of a stream in which they stand one after the other. They must be read in their order, each to its end;
 * a part of one is good until the next is asked for, and what `take` gives becomes theirs.
 */
export function cutFiles(
  files: readonly AnnouncedFile[],
  take: () => Promise<Uint8Array | undefined>,
): readonly FileInput[] {
  let chunk: Uint8Array = new Uint8Array();
  let rest = chunk;
  return files.map(({ path, size }) => ({
    path,
    size,
    async *open() {
      for (let left = size; left > 0; ) {
        if (rest.length === 0) {
          freeMemory(chunk);
          chunk = await nextChunk(take);
          rest = chunk;
        }
        const part = rest.subarray(0, Math.min(left, rest.length));
        rest = rest.subarray(part.length);
        left -= part.length;
        if (part.length > 0) yield part;
      }
    },
  }));
}

async function nextChunk(take: () => Promise<Uint8Array | undefined>): Promise<Uint8Array> {
  const chunk = await take();
  if (chunk === undefined)
    throw new StrongroomError('UPLOAD_INCOMPLETE', 'the files ended before their size');
  return chunk;
}
