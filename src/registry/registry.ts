import type {
  AliasName,
  BestVersion,
  Lineage,
  MetricDirection,
  Model,
  ModelName,
  Namespace,
  NamespaceName,
  NamespaceSettings,
  Version,
  VersionRef,
} from '../api/index.ts';
import type {
  BlobId,
  CatalogueModels,
  CatalogueNamespaces,
  CatalogueRemoval,
  CatalogueVersions,
  KeyRef,
  NewFile,
  ShredRow,
} from '../storage/index.ts';
import type { Seal } from './seal.ts';
import type { SealedRows } from './sealed-rows.ts';

/** A file that was sealed and waits for its version. `blob.key` absent = not encrypted. */
export type SealedFile = NewFile;

/** What is said of a version, apart from its bytes. */
export interface VersionWords {
  readonly model: ModelName;
  readonly aliases?: readonly AliasName[];
  readonly metrics?: Readonly<Record<string, number>>;
  readonly metricDirections?: Readonly<Record<string, MetricDirection>>;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly derivedFrom?: Lineage;
}

/** All that a publication needs to know. */
export interface NewVersion extends VersionWords {
  readonly createdBy: string;
  /** The lease that holds the blobs; the publication ends it. */
  readonly lease: string;
  readonly files: readonly SealedFile[];
  /** Blobs that must not be shared although they hold the same bytes: damaged ones. */
  readonly unfitTwins?: readonly BlobId[];
}

export type PublishedVersion =
  | {
      readonly outcome: 'published';
      readonly version: Version;
      /** Blobs that an older one made superfluous: remove their files, then `catalogue.finishShreds`. */
      readonly superfluous: readonly ShredRow[];
    }
  /** Rewrap the headers for the active version, `catalogue.renewLease` with the new key, publish again. */
  | { readonly outcome: 'key-blocked'; readonly key: KeyRef };

/**
 * Namespaces, models, versions, aliases and metrics, with their rules. Every row that it gives was checked against
 * its MAC; one that fails throws `REGISTRY_TAMPERED`. `get…` throws `…_MISSING`, `find…` answers `undefined`.
 */
export interface Registry {
  /** Throws `NAMESPACE_EXISTS`. */
  createNamespace(name: NamespaceName, settings?: NamespaceSettings): Promise<Namespace>;
  findNamespace(name: NamespaceName): Promise<Namespace | undefined>;
  getNamespace(name: NamespaceName): Promise<Namespace>;
  listNamespaces(): Promise<readonly Namespace[]>;
  configureNamespace(name: NamespaceName, settings: NamespaceSettings): Promise<Namespace>;
  /** Throws `NAMESPACE_NOT_EMPTY`. */
  removeNamespace(name: NamespaceName): Promise<void>;

  findModel(name: ModelName): Promise<Model | undefined>;
  getModel(name: ModelName): Promise<Model>;
  listModels(namespace?: NamespaceName): Promise<readonly Model[]>;
  /** Throws `METRIC_INVALID`, `METRIC_DIRECTION_UNKNOWN` for a primary metric that has none. */
  configureModel(name: ModelName, settings: ModelSettings): Promise<Model>;
  removeModel(name: ModelName): Promise<CatalogueRemoval>;

  /**
   * Throws before anything is written what a `publishVersion` of the same would throw for its words alone: bad
   * metrics, metadata, paths, lineage. For the start of a put, so that gigabytes are not sealed in vain.
   */
  assertPublishable(words: VersionWords, paths: readonly string[]): Promise<void>;
  /** Makes the next version visible, in one transaction. Creates namespace and model where they are missing. */
  publishVersion(input: NewVersion): Promise<PublishedVersion>;
  /** Throws `MODEL_MISSING`, `VERSION_MISSING`, `ALIAS_MISSING`. */
  getVersion(ref: VersionRef): Promise<Version>;
  /** Newest last. Throws `MODEL_MISSING`. */
  listVersions(model: ModelName): Promise<readonly Version[]>;
  /** Throws `METRIC_MISSING`, `METRIC_DIRECTION_UNKNOWN`; `METRIC_INVALID` when no metric is named and the model has no primary one. */
  getBest(model: ModelName, metric?: string): Promise<BestVersion>;
  addMetrics(
    ref: VersionRef,
    metrics: Readonly<Record<string, number>>,
    directions?: Readonly<Record<string, MetricDirection>>,
  ): Promise<Version>;
  removeVersion(ref: VersionRef): Promise<CatalogueRemoval>;

  setAlias(model: ModelName, alias: AliasName, version: number): Promise<Model>;
  removeAlias(model: ModelName, alias: AliasName): Promise<Model>;
}

/** What of a model can be changed. */
export interface ModelSettings {
  readonly description?: string;
  readonly primaryMetric?: string;
  readonly metricDirections?: Readonly<Record<string, MetricDirection>>;
}

export interface RegistryDeps {
  readonly catalogue: CatalogueNamespaces & CatalogueModels & CatalogueVersions;
  readonly seal: Seal;
  /** The time now, ISO 8601 UTC with milliseconds. */
  readonly now: () => string;
}

/** What the verbs share. */
export interface RegistryParts {
  readonly catalogue: RegistryDeps['catalogue'];
  readonly rows: SealedRows;
  readonly now: RegistryDeps['now'];
}
