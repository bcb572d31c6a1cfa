import { setTimeout as wait } from 'node:timers/promises';
import type { SecretBytes } from '../bytes/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import type { GenerationStore } from '../storage/index.ts';
import { openContent } from './keyring-box.ts';
import { type KeyringContent, wipeContent } from './keyring-content.ts';
import type { RootSealEntry } from './keyring-file.ts';
import {
  assertNotOlder,
  type KeyringDraft,
  type KeyringState,
  pruneKeyring,
  publishKeyring,
  readKeyring,
} from './keyring-store.ts';

/** How often a change starts again because another process was faster. */
const MAX_ATTEMPTS = 20;
/** Longest pause before starting again, in milliseconds; a random part of it, so that two processes fall out of step. */
const MAX_PAUSE_MS = 20;

/** What a change does to the keyring as it is now; nothing at all when only the result is given. */
export interface Change<Result> {
  readonly result: Result;
  readonly keys?: KeyringContent['keys'];
  readonly seals?: readonly RootSealEntry[];
  readonly root?: SecretBytes;
  /** Something ends with this change, so that no older generation may remain. */
  readonly isEnding?: boolean;
}

/** An unsealed keyring and its store: reads, changes by compare-and-swap, and wipes what it let go of. */
export class KeyringSession {
  readonly #store: GenerationStore;
  #state: KeyringState;
  #isClosed = false;
  /** Reads and changes of this process stand in line, so that only other processes can be faster. */
  #line: Promise<unknown> = Promise.resolve();

  constructor(store: GenerationStore, state: KeyringState) {
    this.#store = store;
    this.#state = state;
  }

  /** The keyring as last read or written. Throws `KEYRING_CLOSED`. */
  get state(): KeyringState {
    if (this.#isClosed) throw new StrongroomError('KEYRING_CLOSED', 'the keyring is closed');
    return this.#state;
  }

  /** Takes over what another process published; resolves to whether there was anything. */
  refresh(): Promise<boolean> {
    return this.#enter(() => this.#reload());
  }

  /** Removes generations that may not exist any more. */
  prune(): Promise<void> {
    return this.#enter(() => pruneKeyring(this.#store, this.state));
  }

  /**
   * Reads the newest generation, lets `plan` decide on it, and publishes what it decided; again, where another
   * process published meanwhile. Throws what `plan` throws, and `STORAGE_CONFLICT` after too many attempts.
   */
  change<Result>(plan: (state: KeyringState) => Change<Result>): Promise<Result> {
    return this.#enter(async () => {
      for (let attempt = 1; ; attempt++) {
        await this.#reload();
        const { result, ...change } = plan(this.state);
        if (Object.keys(change).length === 0) return result;
        if (await this.#publish(change, attempt === MAX_ATTEMPTS)) return result;
        await wait(Math.random() * MAX_PAUSE_MS);
      }
    });
  }

  /** Wipes everything and refuses every further call. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    wipeContent(this.#state.content);
    this.#state.root.wipe();
  }

  #enter<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#line.then(work);
    // The next in line does not care how this one ended; whoever asked for it gets its failure.
    this.#line = turn.then(Boolean, Boolean);
    return turn;
  }

  async #reload(): Promise<boolean> {
    const { head, root, storeGeneration } = this.state;
    const read = await readKeyring(this.#store);
    if (read === undefined) throw new StrongroomError('KEYRING_MISSING', 'the keyring is not there any more');
    if (read.storeGeneration === storeGeneration) return false;
    const next = read.file.head;
    if (next.vault !== head.vault) {
      throw new StrongroomError('KEYRING_TAMPERED', 'the keyring of another strongroom was put here');
    }
    assertNotOlder(next, head.generation);
    if (next.root !== head.root)
      throw new StrongroomError('ROOT_CHANGED', 'the keyring has another root key');
    const content = openContent(root, read.file);
    this.#adopt({ head: next, content, root, storeGeneration: read.storeGeneration });
    return true;
  }

  /** `false` when another process was faster and it may be tried again. */
  async #publish(change: Omit<Change<unknown>, 'result'>, isLast: boolean): Promise<boolean> {
    const { storeGeneration } = this.state;
    const draft = draftOf(this.state, change);
    try {
      this.#adopt(await publishKeyring(this.#store, draft, storeGeneration));
    } catch (error) {
      wipeContent(draft.content, this.#state.content);
      if (draft.root !== this.#state.root) draft.root.wipe();
      if (!isLast && isStrongroomError(error, 'STORAGE_CONFLICT')) return false;
      throw error;
    }
    await pruneKeyring(this.#store, this.#state);
    return true;
  }

  #adopt(next: KeyringState): void {
    const { content, root } = this.#state;
    this.#state = next;
    wipeContent(content, next.content);
    if (root !== next.root) root.wipe();
    // Closed while the store was busy: what arrived late is wiped as well.
    if (this.#isClosed) {
      wipeContent(next.content);
      next.root.wipe();
    }
  }
}

function draftOf(state: KeyringState, change: Omit<Change<unknown>, 'result'>): KeyringDraft {
  const { head, content, root } = state;
  const generation = head.generation + 1;
  return {
    vault: head.vault,
    generation,
    seals: change.seals ?? head.seals,
    root: change.root ?? root,
    content: {
      ...content,
      keys: change.keys ?? content.keys,
      floor: change.isEnding === true ? generation : content.floor,
    },
  };
}
