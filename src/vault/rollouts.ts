import { z } from 'zod';
import { DocumentCollection, type DocumentDeps, type Remembered } from '../access/index.ts';
import type { Canary, ModelName, RolloutPlace } from '../api/index.ts';

const version = z.int().min(1);

const content = z.strictObject({
  model: z.string(),
  alias: z.string(),
  canary: z.strictObject({ version, percent: z.int().min(1).max(100) }).exactOptional(),
  shadow: version.exactOptional(),
  previous: version.exactOptional(),
});

type Content = z.infer<typeof content>;

/** What of a rollout is kept. */
export interface StoredRollout {
  readonly canary?: Canary;
  readonly shadow?: number;
  readonly previous?: number;
}

/** How the questions to aliases are spread over versions, in every process that has the home open. */
export class Rollouts {
  readonly #collection: DocumentCollection<Content>;
  /** Predictions ask every time. */
  readonly #remembered: Remembered<StoredRollout>;

  constructor(deps: DocumentDeps) {
    this.#collection = new DocumentCollection(deps, {
      name: 'rollouts',
      schema: content,
      index: ({ model }) => ({ owner: model }),
    });
    this.#remembered = this.#collection.remembered((found) => rolloutIn(found?.content));
  }

  /** Empty where nothing was said. */
  async find(place: RolloutPlace): Promise<StoredRollout> {
    return await this.#remembered.get(idOf(place));
  }

  async set(place: RolloutPlace, rollout: StoredRollout): Promise<void> {
    const { model, alias } = place;
    await this.#collection.put(idOf(place), { model, alias, ...rollout });
  }

  /** One that is not there is fine. */
  async remove(place: RolloutPlace): Promise<void> {
    await this.#collection.remove(idOf(place));
  }

  /** All of a model. */
  async forget(model: ModelName): Promise<void> {
    for (const { id } of await this.#collection.list(model)) await this.#collection.remove(id);
  }
}

function idOf({ model, alias }: RolloutPlace): string {
  return `${model}:${alias}`;
}

function rolloutIn(stored: Content | undefined): StoredRollout {
  const { canary, shadow, previous } = stored ?? {};
  return { ...(canary && { canary }), ...(shadow && { shadow }), ...(previous && { previous }) };
}
