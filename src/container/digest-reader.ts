import { type ByteRange, toHex } from '../bytes/index.ts';
import { createHasher } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { PlainHeader } from './container-header.ts';
import type { StoredReader } from './stored-reader.ts';

/** Verifies a file that nothing else authenticates by its digest, where the whole of it is read. */
export class DigestReader implements StoredReader {
  readonly #content: StoredReader;
  readonly #header: PlainHeader;

  constructor(content: StoredReader, header: PlainHeader) {
    this.#content = content;
    this.#header = header;
  }

  async *lend(range: ByteRange): AsyncGenerator<Uint8Array> {
    if (range.start > 0 || range.end < this.#header.size) {
      yield* this.#content.lend(range);
      return;
    }
    const hasher = createHasher('sha256');
    let held: Uint8Array | undefined;
    for await (const chunk of this.#content.lend(range)) {
      if (held !== undefined) yield held;
      hasher.update(chunk);
      held = new Uint8Array(chunk);
    }
    if (toHex(hasher.digest()) !== this.#header.plain.sha256) {
      throw new StrongroomError('CONTAINER_TAMPERED', 'the file has not the digest that its header states');
    }
    if (held !== undefined) yield held;
  }
}
