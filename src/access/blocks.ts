import { z } from 'zod';
import type { Block } from '../api/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import { assertReason } from './assert-reason.ts';
import { DocumentCollection, type DocumentDeps } from './document-collection.ts';

const DAY_MS = 86_400_000;
/** A block that ended is remembered for so long, so that a repetition lasts longer. */
const REMEMBERED_MS = DAY_MS;
const LONGEST_MS = 30 * DAY_MS;
const GROWTH = 4;
const FAR_AWAY = '9999-12-31T23:59:59.999Z';

const schema = z.strictObject({
  source: z.string(),
  reason: z.string().min(1).max(1000),
  scenario: z.string().optional(),
  since: z.string(),
  until: z.string().optional(),
  by: z.string(),
  times: z.int().positive(),
});

type BlockContent = z.infer<typeof schema>;

/** What is to be blocked. */
export interface NewBlock {
  /** In its one spelling. */
  readonly source: string;
  readonly reason: string;
  readonly scenario?: string;
  /** The first time; absent: until somebody lifts it. */
  readonly seconds?: number;
  /** Whether repetitions last longer. */
  readonly grows: boolean;
  readonly by: string;
}

/** Addresses that are shut out. */
export class Blocks {
  readonly #collection: DocumentCollection<BlockContent>;
  readonly #deps: DocumentDeps & { readonly now: () => Date };

  constructor(deps: DocumentDeps & { readonly now: () => Date }) {
    this.#deps = deps;
    this.#collection = new DocumentCollection(deps, {
      name: 'blocks',
      schema,
      index: ({ until }) => ({
        expiresAt: until === undefined ? FAR_AWAY : new Date(Date.parse(until) + REMEMBERED_MS).toISOString(),
      }),
    });
  }

  /** Rises with every change, by whatever process. */
  changes(): Promise<number> {
    return this.#collection.changes();
  }

  /** What is blocked now. */
  async list(): Promise<readonly Block[]> {
    const now = this.#deps.now().toISOString();
    const found = await this.#collection.list();
    return found.filter(({ content }) => isOn(content, now)).map(({ content }) => shown(content));
  }

  /** Blocks a source, or blocks it anew. Throws `INPUT_INVALID` for a reason that is none. */
  async add(block: NewBlock): Promise<Block> {
    assertReason(block.reason);
    for (;;) {
      const known = await this.#collection.find(block.source);
      const content = this.#content(block, (known?.content.times ?? 0) + 1);
      try {
        if (known === undefined) await this.#collection.insert(block.source, content);
        else await this.#collection.replace(known, content);
        return shown(content);
      } catch (error) {
        // Another process was faster: look at what stands there now.
        if (!isStrongroomError(error, 'STORAGE_CONFLICT')) throw error;
      }
    }
  }

  /** Throws `BLOCK_MISSING`. */
  async remove(source: string): Promise<void> {
    const known = await this.#collection.find(source);
    if (known === undefined || !isOn(known.content, this.#deps.now().toISOString())) {
      throw new StrongroomError('BLOCK_MISSING', `${source} is not blocked`);
    }
    await this.#collection.remove(source);
  }

  #content({ seconds, grows, ...block }: NewBlock, times: number): BlockContent {
    const now = this.#deps.now();
    const since = now.toISOString();
    if (seconds === undefined) return { ...block, since, times };
    const longer = grows ? GROWTH ** Math.min(times - 1, 10) : 1;
    const lasts = grows ? Math.min(seconds * 1000 * longer, LONGEST_MS) : seconds * 1000;
    return { ...block, since, until: new Date(now.getTime() + lasts).toISOString(), times };
  }
}

function isOn({ until }: BlockContent, now: string): boolean {
  return until === undefined || until > now;
}

function shown({ scenario, until, ...rest }: BlockContent): Block {
  return {
    ...rest,
    ...(scenario === undefined ? {} : { scenario }),
    ...(until === undefined ? {} : { until }),
  };
}
