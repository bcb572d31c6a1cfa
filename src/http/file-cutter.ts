import type { FileInput, FilePath } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';

/** A file that comes in one after the other with others, of a known size. */
export interface AnnouncedFile {
  readonly path: FilePath;
  readonly size: number;
}

/** The files of a stream in which they stand one after the other. They must be read in their order, each to its end. */
export function cutFiles(
  files: readonly AnnouncedFile[],
  take: () => Promise<Uint8Array | undefined>,
): readonly FileInput[] {
  let rest: Uint8Array = new Uint8Array();
  return files.map(({ path, size }) => ({
    path,
    size,
    async *open() {
      for (let left = size; left > 0; ) {
        if (rest.length === 0) rest = await nextChunk(take);
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
