import { z } from 'zod';
import { DocumentCollection, type DocumentDeps } from '../access/index.ts';
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
  readonly #deps: DocumentDeps;
  /** What was read, as of a count of changes; predictions ask every time. */
  #known = { changes: -1, byId: new Map<string, StoredRollout>() };

  constructor(deps: DocumentDeps) {
    this.#deps = deps;
    this.#collection = new DocumentCollection(deps, {
      name: 'rollouts',
      schema: content,
      index: ({ model }) => ({ owner: model }),
    });
  }

  /** Empty where nothing was said. */
  async find(place: RolloutPlace): Promise<StoredRollout> {
    // Counted before it is read: a change in between makes it stale, not wrong.
    const changes = await this.#deps.catalogue.collectionChanges(this.#collection.name);
    if (this.#known.changes !== changes) this.#known = { changes, byId: new Map() };
    const { byId } = this.#known;
    const id = idOf(place);
    const known = byId.get(id);
    if (known !== undefined) return known;
    const stored = (await this.#collection.find(id))?.content;
    const { model: _model, alias: _alias, ...rollout } = stored ?? { model: '', alias: '' };
    byId.set(id, rollout);
    return rollout;
  }

  async set(place: RolloutPlace, rollout: StoredRollout): Promise<void> {
    const { model, alias } = place;
    const next: Content = { model, alias, ...rollout };
    const known = await this.#collection.update(idOf(place), () => next);
    if (known === undefined) await this.#collection.insert(idOf(place), next);
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
