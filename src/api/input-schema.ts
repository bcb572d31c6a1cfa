import type { ModelName } from './names.ts';

/** What the values of a feature are. */
export const FEATURE_TYPES = ['number', 'integer', 'boolean', 'text'] as const;

export type FeatureType = (typeof FEATURE_TYPES)[number];

/** One column of what a model takes. */
export interface Feature {
  readonly name: string;
  /** By default whatever the model's own signature takes there. */
  readonly type?: FeatureType;
  /** For people: `kg`, `days`. */
  readonly unit?: string;
  readonly description?: string;
  /** Least and greatest value, inclusive. */
  readonly min?: number;
  readonly max?: number;
  /** The only texts that it takes. */
  readonly categories?: readonly string[];
}

/**
 * What an operator says of a model's inputs beyond its signature. The features are the columns of all inputs, in the
 * order of the signature, and inside an input row-major behind its first dimension.
 */
export interface InputSchema {
  readonly features: readonly Feature[];
  /** Most rows of one request. */
  readonly maxRows?: number;
  /** Longest text, in characters; by default 10,000. */
  readonly maxTextChars?: number;
  /** Whether NaN and infinity are taken; by default they are refused. */
  readonly nonFinite?: 'refuse' | 'admit';
  /** Names of the classes that the model tells apart, in the order of its output. */
  readonly labels?: readonly string[];
  /** What its numbers are; by default as they look. */
  readonly answer?: 'probabilities' | 'logits' | 'values';
}

/** A schema, and for what it was set: one version, or every version that has none of its own. */
export interface StoredInputSchema extends SchemaPlace {
  readonly schema: InputSchema;
  readonly updatedAt: string;
}

/** Whose schema: a version's own, or without a number the model's. */
export interface SchemaPlace {
  readonly model: ModelName;
  readonly version?: number;
}

/** What operators say of models' inputs. Reading needs `model:read`, changing `model:configure`. */
export interface SchemasApi {
  /** The one that counts: of a version without one of its own it is the model's. Throws `SCHEMA_MISSING`. */
  get(input: SchemaPlace): Promise<StoredInputSchema>;
  /** Throws `SCHEMA_INVALID`, `MODEL_MISSING`, `VERSION_MISSING`. */
  set(input: SchemaPlace & { readonly schema: InputSchema }): Promise<StoredInputSchema>;
  /** Throws `SCHEMA_MISSING`. */
  remove(input: SchemaPlace): Promise<void>;
}
