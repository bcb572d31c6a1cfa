import type {
  AliasName,
  BestVersion,
  HeldVersion,
  Lineage,
  MetricDirection,
  Model,
  ModelName,
  ModelProtection,
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
  CatalogueTrust,
  CatalogueVersions,
  KeyRef,
  NewFile,
  ScanReportRow,
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
  /** Throws unless whoever publishes may also make what is not there yet, at the moment of publication. */
  readonly assertMayMake: (what: 'namespace' | 'model') => void;
  /** The lease that holds the blobs; the publication ends it. */
  readonly lease: string;
  readonly files: readonly SealedFile[];
  /** Blobs that must not be shared although they hold the same bytes: damaged ones. */
  readonly unfitTwins?: readonly BlobId[];
  readonly reports?: readonly ScanReportRow[];
  /** It is quarantined for this reason; then its aliases are not set. */
  readonly quarantine?: string;
  /** Signature files that came with it. */
  readonly signatures?: readonly Uint8Array[];
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
  /**
   * A version that is available. Throws `MODEL_MISSING`, `VERSION_MISSING`, `ALIAS_MISSING`; `TRUST_QUARANTINED` or
   * `TRUST_WITHDRAWN` for a number or an alias of one that is not available.
   */
  getVersion(ref: VersionRef): Promise<Version>;
  /** As `getVersion`, in any state; the newest is the newest that is available. */
  getAnyVersion(ref: VersionRef): Promise<Version>;
  /** Newest last; available ones only. Throws `MODEL_MISSING`. */
  listVersions(model: ModelName): Promise<readonly Version[]>;
  /** As `listVersions`, in any state. */
  listAllVersions(model: ModelName): Promise<readonly Version[]>;
  /** Throws `METRIC_MISSING`, `METRIC_DIRECTION_UNKNOWN`; `METRIC_INVALID` when no metric is named and the model has no primary one. */
  getBest(model: ModelName, metric?: string): Promise<BestVersion>;
  addMetrics(
    ref: VersionRef,
    metrics: Readonly<Record<string, number>>,
    directions?: Readonly<Record<string, MetricDirection>>,
  ): Promise<Version>;
  /** In any state, where it is named by its number. */
  removeVersion(ref: VersionRef): Promise<CatalogueRemoval>;

  setAlias(model: ModelName, alias: AliasName, version: number): Promise<Model>;
  removeAlias(model: ModelName, alias: AliasName): Promise<Model>;

  /** The text that was set; `undefined` where the defaults hold. */
  findTrustPolicy(namespace: NamespaceName): Promise<string | undefined>;
  setTrustPolicy(namespace: NamespaceName, policy: string): Promise<void>;
  /** Every version that is not available. */
  listHeld(): Promise<readonly HeldVersion[]>;
  /** Hides a version, or shows it again. Throws `VERSION_MISSING`. */
  setStanding(of: VersionNumber, standing: NewStanding | 'available'): Promise<void>;
  /** Texts of wishes and releases, oldest first. */
  listReleases(of: VersionNumber): Promise<readonly string[]>;
  /** Writes the release of a number (from 1), replacing what stood there. */
  putRelease(of: VersionNumber, number: number, words: string): Promise<void>;
  /** Oldest first. */
  listSignatures(of: VersionNumber): Promise<readonly StoredSignature[]>;
  addSignature(of: VersionNumber, content: Uint8Array, by: string): Promise<StoredSignature>;
  listSigningKeys(): Promise<readonly StoredSigningKey[]>;
  /** Adds or replaces. */
  putSigningKey(key: Omit<StoredSigningKey, 'createdAt'>): Promise<StoredSigningKey>;
}

/** One version of a model, by its number. */
export interface VersionNumber {
  readonly model: ModelName;
  readonly version: number;
}

/** Why a version is to be hidden, and who says so. */
export interface NewStanding {
  readonly state: HeldVersion['state'];
  readonly reason: string;
  readonly by: string;
}

/** A signature file of a version. */
export interface StoredSignature {
  /** SHA-256 of the file, lower-case hex. */
  readonly id: string;
  readonly content: Uint8Array;
  readonly addedAt: string;
  readonly addedBy: string;
}

/** A signing key with its record as text. */
export interface StoredSigningKey {
  readonly id: string;
  readonly name: string;
  readonly record: string;
  readonly sealed?: string;
  readonly createdAt: string;
}

/** What of a model can be changed. */
export interface ModelSettings {
  readonly description?: string;
  readonly protection?: ModelProtection;
  readonly primaryMetric?: string;
  readonly metricDirections?: Readonly<Record<string, MetricDirection>>;
}

export interface RegistryDeps {
  readonly catalogue: CatalogueNamespaces & CatalogueModels & CatalogueVersions & CatalogueTrust;
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
