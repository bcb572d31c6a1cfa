import { z } from 'zod';
import { DocumentCollection, type DocumentDeps, type Remembered } from '../access/index.ts';
import {
  FEATURE_TYPES,
  type InputSchema,
  type ModelName,
  type SchemaPlace,
  type StoredInputSchema,
} from '../api/index.ts';
import { formatCanonicalJson, parseCanonicalJson } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';

/** Longest schema as canonical JSON: what a document of the catalogue holds, escaped once more. */
const MAX_SCHEMA_CHARS = 30_000;

const content = z.strictObject({
  model: z.string(),
  version: z.int().min(1).exactOptional(),
  /** Canonical JSON, because ranges are fractions. */
  schema: z.string().max(MAX_SCHEMA_CHARS),
  updatedAt: z.string(),
});

type Content = z.infer<typeof content>;

const feature = z.strictObject({
  name: z.string(),
  type: z.enum(FEATURE_TYPES).exactOptional(),
  unit: z.string().exactOptional(),
  description: z.string().exactOptional(),
  min: z.number().exactOptional(),
  max: z.number().exactOptional(),
  categories: z.array(z.string()).exactOptional(),
});

const schemaShape = z.strictObject({
  features: z.array(feature),
  maxRows: z.int().exactOptional(),
  maxTextChars: z.int().exactOptional(),
  nonFinite: z.enum(['refuse', 'admit']).exactOptional(),
  labels: z.array(z.string()).exactOptional(),
  answer: z.enum(['probabilities', 'logits', 'values']).exactOptional(),
});

/** What operators said of models' inputs, for models and for single versions. */
export class InputSchemas {
  readonly #collection: DocumentCollection<Content>;
  readonly #deps: DocumentDeps & { readonly now: () => Date };
  /** Predictions ask every time. */
  readonly #remembered: Remembered<StoredInputSchema | undefined>;

  constructor(deps: DocumentDeps & { readonly now: () => Date }) {
    this.#deps = deps;
    this.#collection = new DocumentCollection(deps, {
      name: 'input-schemas',
      schema: content,
      index: ({ model }) => ({ owner: model }),
    });
    this.#remembered = this.#collection.remembered((found) => found && stored(found.content));
  }

  /** The one that counts for a version: its own, or else the model's. */
  async find({ model, version }: SchemaPlace): Promise<StoredInputSchema | undefined> {
    const own = version === undefined ? undefined : await this.#remembered.get(idOf({ model, version }));
    return own ?? (await this.#remembered.get(idOf({ model })));
  }

  /** Throws `SCHEMA_INVALID` for one that is too long or contradicts itself. */
  async set(place: SchemaPlace, schema: InputSchema): Promise<StoredInputSchema> {
    assertSound(schema);
    const text = formatCanonicalJson(schema, { numbers: 'finite' });
    if (text.length > MAX_SCHEMA_CHARS)
      throw new StrongroomError(
        'SCHEMA_INVALID',
        `a schema has at most ${MAX_SCHEMA_CHARS} characters as JSON`,
      );
    const { model, version } = place;
    const own = { model, ...(version !== undefined && { version }) };
    const next = { ...own, schema: text, updatedAt: this.#deps.now().toISOString() };
    await this.#collection.put(idOf(place), next);
    return { ...own, schema, updatedAt: next.updatedAt };
  }

  /** One that is not there is fine. */
  async remove(place: SchemaPlace): Promise<void> {
    await this.#collection.remove(idOf(place));
  }

  /** All of a model. */
  async forget(model: ModelName): Promise<void> {
    for (const { id } of await this.#collection.list(model)) await this.#collection.remove(id);
  }
}

function idOf({ model, version }: SchemaPlace): string {
  return version === undefined ? model : `${model}@${version}`;
}

function stored(found: Content): StoredInputSchema {
  const { model, version, updatedAt } = found;
  return {
    model: model as ModelName,
    ...(version !== undefined && { version }),
    ...{ schema: parsed(found), updatedAt },
  };
}

/** It was sealed by us; should a later version have written it, this one must not guess. */
function parsed({ schema }: Content): InputSchema {
  const read = schemaShape.safeParse(parseCanonicalJson(schema, { numbers: 'finite' }));
  if (read.success) return read.data;
  throw new StrongroomError('CATALOGUE_DAMAGED', 'a schema in the catalogue is none that this version knows');
}

function assertSound({ features }: InputSchema): void {
  const names = features.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new StrongroomError('SCHEMA_INVALID', `the feature ${twice} stands twice`);
  for (const { name, min, max, type, categories } of features) {
    if (min !== undefined && max !== undefined && min > max)
      throw new StrongroomError('SCHEMA_INVALID', `feature ${name}: its least value is above its greatest`);
    if (categories !== undefined && (min !== undefined || max !== undefined || (type ?? 'text') !== 'text'))
      throw new StrongroomError(
        'SCHEMA_INVALID',
        `feature ${name}: categories are of texts, without a range`,
      );
  }
}
