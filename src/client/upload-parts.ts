import type { FileInput } from '../api/index.ts';
import { quoteForMessage } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';

/** Bytes that are held so that they can be sent again. */
const PART_BYTES = 8 * 1024 * 1024;

/** A file whose size is known before it is read. */
export type SizedFile = FileInput & { readonly size: number };

/** A piece of all files one after the other. */
export interface Part {
  readonly offset: number;
  /** Good until the next part is asked for. */
  readonly bytes: Uint8Array;
}

/**
 * The files, one after the other, in parts that stay in memory until the next is asked for; that is read meanwhile. Throws
 * `INPUT_INVALID` for a file that has another size than it was said to have.
 */
export async function* partsOf(files: readonly SizedFile[], partBytes = PART_BYTES): AsyncGenerator<Part> {
  const filler = fill(files, [new Uint8Array(partBytes), new Uint8Array(partBytes)]);
  let next = filler.next();
  try {
    for (;;) {
      const { value, done } = await next;
      if (done === true) return;
      next = filler.next();
      // Whoever waits for this part first hears of a failure of the next one when it is asked for.
      next.catch(() => undefined);
      yield value;
    }
  } finally {
    await next.catch(() => undefined);
    await filler.return(undefined);
  }
}

/** Fills two buffers in turn. */
async function* fill(
  files: readonly SizedFile[],
  buffers: readonly [Uint8Array, Uint8Array],
): AsyncGenerator<Part, undefined> {
  let turn: 0 | 1 = 0;
  let filled = 0;
  let offset = 0;
  for await (const chunk of contentOf(files)) {
    for (let taken = 0; taken < chunk.length; ) {
      const buffer = buffers[turn];
      const piece = chunk.subarray(taken, taken + buffer.length - filled);
      buffer.set(piece, filled);
      filled += piece.length;
      taken += piece.length;
      if (filled < buffer.length) continue;
      yield { offset, bytes: buffer };
      offset += filled;
      filled = 0;
      turn = turn === 0 ? 1 : 0;
    }
  }
  if (filled > 0) yield { offset, bytes: buffers[turn].subarray(0, filled) };
  return undefined;
}

async function* contentOf(files: readonly SizedFile[]): AsyncGenerator<Uint8Array> {
  for (const file of files) {
    let size = 0;
    for await (const chunk of file.open()) {
      size += chunk.length;
      if (size > file.size) throw wrongSize(file, `more than ${file.size}`);
      yield chunk;
    }
    if (size < file.size) throw wrongSize(file, String(size));
  }
}

function wrongSize({ path, size }: SizedFile, found: string): StrongroomError {
  return new StrongroomError(
    'INPUT_INVALID',
    `${quoteForMessage(path)} was said to have ${size} bytes and has ${found}`,
    { hint: 'it changed while it was read; run it again' },
  );
}
