import { toHex } from '../bytes/index.ts';
import { createHasher } from '../crypto/index.ts';

/** A file of a model as a signature knows it: what is in it, and what it is called. The manifest's files are such. */
export interface FileDigest {
  /** Relative, `/`-separated. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** A file whose digest is not known yet. */
interface UnreadFile {
  readonly path: string;
  open(): AsyncIterable<Uint8Array>;
}

export interface DigestFilesOptions {
  readonly signal?: AbortSignal;
  /** Told with the number of bytes since it was last told. */
  readonly onBytes?: (count: number) => void;
}

/** Reads files once, one after the other, and tells what is in each. */
export async function digestFiles(
  files: readonly UnreadFile[],
  options: DigestFilesOptions = {},
): Promise<readonly FileDigest[]> {
  const digests: FileDigest[] = [];
  for (const file of files) {
    const hasher = createHasher('sha256');
    let size = 0;
    for await (const chunk of file.open()) {
      options.signal?.throwIfAborted();
      hasher.update(chunk);
      size += chunk.length;
      options.onBytes?.(chunk.length);
    }
    digests.push({ path: file.path, size, sha256: toHex(hasher.digest()) });
  }
  return digests;
}
