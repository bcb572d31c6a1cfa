import { StrongroomError } from '../../src/errors/index.ts';
import type { Generation, GenerationStore } from '../../src/storage/index.ts';

/** What a test may do around every write: throw in its place, or let another process be faster. */
export interface WriteHook {
  (write: 'publish' | 'prune', moment: 'before' | 'after'): void | Promise<void>;
}

/** A generation store in memory. Several stores over the same `files` are several processes over one folder. */
export class MemoryGenerationStore implements GenerationStore {
  readonly files: Map<string, Generation[]>;
  /** Called around every write. */
  onWrite: WriteHook = () => undefined;

  constructor(files: Map<string, Generation[]> = new Map()) {
    this.files = files;
  }

  /** Another store over the same files. */
  another(): MemoryGenerationStore {
    return new MemoryGenerationStore(this.files);
  }

  /** A copy of everything as it is now, to go on from twice. */
  snapshot(): MemoryGenerationStore {
    return new MemoryGenerationStore(new Map([...this.files].map(([name, all]) => [name, [...all]])));
  }

  /** The generations of a file, ascending. */
  all(name: string): readonly Generation[] {
    return this.files.get(name) ?? [];
  }

  /** Puts bytes where the newest generation is, as an attacker would. */
  overwrite(name: string, bytes: Uint8Array): void {
    const generation = this.all(name).at(-1)?.generation ?? 1;
    this.files.set(name, [{ generation, bytes: bytes.slice() }]);
  }

  latest(name: string): Promise<Generation | undefined> {
    return Promise.resolve(this.all(name).at(-1));
  }

  async publish(name: string, bytes: Uint8Array, expected: number): Promise<void> {
    await this.onWrite('publish', 'before');
    const newest = this.all(name).at(-1)?.generation ?? 0;
    if (newest !== expected) {
      throw new StrongroomError('STORAGE_CONFLICT', `generation ${expected} is not the newest`);
    }
    this.files.set(name, [...this.all(name), { generation: expected + 1, bytes: bytes.slice() }]);
    await this.onWrite('publish', 'after');
  }

  async prune(name: string, keep: number): Promise<void> {
    await this.onWrite('prune', 'before');
    this.files.set(name, this.all(name).slice(-Math.max(1, keep)));
    await this.onWrite('prune', 'after');
  }
}
