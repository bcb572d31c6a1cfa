import type { BlobId } from './blob-store.ts';
import type {
  ActRow,
  AliasRow,
  AuditNote,
  BlobRow,
  CatalogueTotals,
  FileRow,
  KeyRef,
  KeyUsage,
  LeaseJudge,
  LeaseRow,
  MetricRow,
  ModelRow,
  ModelState,
  NamespaceRow,
  NamespaceState,
  ReleaseRow,
  ScanReportRow,
  ShredRow,
  SignatureRow,
  SigningKeyRow,
  TrustPolicyRow,
  VersionRow,
  VersionState,
} from './catalogue-rows.ts';
import type { CatalogueDocuments } from './documents.ts';

/**
 * The database as the verbs that the registry and the vault need, each one transaction: all of it happens or none.
 * Several processes may work on it at a time. It is untrusted: rows carry a MAC which the registry checks before it
 * believes them. `find…` answers `undefined` for what is not there. Callbacks run inside the transaction: they must
 * be pure and quick, may run again when another process was in the way, and what they throw undoes everything.
 *
 * Any verb may throw `STORAGE_FULL`, `STORAGE_DENIED`, `CATALOGUE_BUSY` (others held it for too long; nothing was
 * changed), `CATALOGUE_DAMAGED` or `CATALOGUE_UNAVAILABLE`.
 */
export interface Catalogue
  extends CatalogueHome,
    CatalogueNamespaces,
    CatalogueModels,
    CatalogueVersions,
    CatalogueBlobs,
    CatalogueLeases,
    CatalogueKeys,
    CatalogueTrust,
    CatalogueDocuments,
    CatalogueActs {}

export interface CatalogueHome {
  /** Names the vault that the catalogue belongs to; the first call decides, every call answers with the vault in force. */
  claim(vault: string): Promise<string>;
  /** The vault it belongs to; `undefined` before the first `claim`. */
  findVault(): Promise<string | undefined>;
  /** Version of the catalogue's own form. */
  formatVersion(): number;
  /** The newest keyring generation ever noted; 0 when none. A keyring older than this was put back. */
  keyringGeneration(): Promise<number>;
  /** Another one after anybody wrote anything, within one turn of the event loop; `undefined` where that cannot be told. */
  changeMark(): string | undefined;
  /** Notes a keyring generation; a lower one than noted changes nothing. */
  noteKeyringGeneration(generation: number): Promise<void>;
  /** The audit log as it was noted last; `undefined` when it never was. A log that is shorter was put back. */
  notedAudit(): Promise<AuditNote | undefined>;
  /** Notes the audit log; one that is not longer than noted changes nothing. */
  noteAudit(note: AuditNote): Promise<void>;
  totals(): Promise<CatalogueTotals>;
  /**
   * Writes a consistent copy to a new file with mode 0600, durable when it resolves. Throws `STORAGE_CONFLICT` when
   * the file exists. Others may go on writing meanwhile.
   */
  snapshot(path: string): Promise<void>;
  /** What the database finds wrong with its own structure; empty when sound. */
  check(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface CatalogueNamespaces {
  /** Throws `NAMESPACE_EXISTS`. */
  createNamespace(row: NamespaceRow): Promise<void>;
  findNamespace(name: string): Promise<NamespaceState | undefined>;
  listNamespaces(): Promise<readonly NamespaceState[]>;
  /** Throws `NAMESPACE_MISSING`. The name must stay. */
  updateNamespace(name: string, change: (row: NamespaceRow) => NamespaceRow): Promise<void>;
  /** Throws `NAMESPACE_MISSING`, `NAMESPACE_NOT_EMPTY`. */
  removeNamespace(name: string): Promise<void>;
}

export interface CatalogueModels {
  findModel(name: string): Promise<ModelState | undefined>;
  listModels(namespace?: string): Promise<readonly ModelState[]>;
  /** Throws `MODEL_MISSING`. The name must stay. */
  updateModel(name: string, change: (row: ModelRow) => ModelRow): Promise<void>;
  /** Removes the model with all its versions. Throws `MODEL_MISSING`. Its version numbers are never used again. */
  removeModel(name: string, at: string): Promise<CatalogueRemoval>;
}

/** What a removal leaves to do: remove the files of these blobs, then `finishShreds`. */
export interface CatalogueRemoval {
  readonly versions: number;
  readonly shreds: readonly ShredRow[];
}

/** A sealed file that a publication brings along. */
export interface NewFile {
  readonly path: string;
  readonly sha512?: string;
  readonly blob: Omit<BlobRow, 'model'>;
}

export interface PublishRequest {
  /** Lease that holds the blobs; it ends with the publication. */
  readonly lease: string;
  readonly model: string;
  readonly files: readonly NewFile[];
  /** A version that must exist: where this one is derived from. */
  readonly parent?: { readonly model: string; readonly version: number };
  /** Published blobs that must not be shared although they hold the same bytes: damaged ones. */
  readonly unfitTwins?: readonly BlobId[];
  /** What was found in the files; reports of the same files are replaced. */
  readonly reports?: readonly ScanReportRow[];
  readonly at: string;
}

/** What stands in the catalogue at the moment of publication. */
export interface PublishState {
  readonly namespace?: NamespaceRow;
  readonly model?: ModelRow;
  /** The number that this version gets: one more than any the model ever had. */
  readonly version: number;
  /** The files with the blobs that will hold them: shared ones where the model has the same bytes already. */
  readonly files: readonly FileRow[];
}

/** The rows to write; namespace and model are inserted or updated as they differ from what stood there. */
export interface PublishDecision {
  readonly namespace: NamespaceRow;
  readonly model: ModelRow;
  readonly version: VersionRow;
  readonly aliases: readonly AliasRow[];
  readonly metrics: readonly MetricRow[];
  readonly signatures?: readonly SignatureRow[];
}

export type PublishResult =
  | {
      readonly outcome: 'published';
      readonly version: VersionState;
      /** Blobs of the lease that nothing refers to (shared with older ones): to be removed, then `finishShreds`. */
      readonly superfluous: readonly ShredRow[];
    }
  /** A key version that wraps the blobs was blocked meanwhile: rewrap, `renewLease` with the new key, publish again. */
  | { readonly outcome: 'key-blocked'; readonly key: KeyRef };

/** Which version of a model: by number, by alias, or the newest that is available. */
export type VersionSelector = { readonly version: number } | { readonly alias: string } | 'newest';

export interface CatalogueVersions {
  /**
   * Makes the next version of a model visible. Throws `LEASE_LOST` when the lease is gone or does not hold the
   * blobs, `LINEAGE_MISSING`, and whatever `decide` throws.
   */
  publishVersion(
    request: PublishRequest,
    decide: (state: PublishState) => PublishDecision,
  ): Promise<PublishResult>;
  findVersion(model: string, which: VersionSelector): Promise<VersionState | undefined>;
  /** Ascending by number. */
  listVersions(model: string): Promise<readonly VersionState[]>;
  /** All values of one metric of a model, ascending by version. */
  listMetrics(model: string, name: string): Promise<readonly MetricRow[]>;
  /** Adds or replaces metrics. Throws `VERSION_MISSING`, and whatever `decide` throws. */
  addMetrics(
    at: { readonly model: string; readonly version: number },
    decide: (model: ModelRow) => { readonly model: ModelRow; readonly metrics: readonly MetricRow[] },
  ): Promise<void>;
  /** Removes it with its aliases and metrics. Throws `VERSION_MISSING`. */
  removeVersion(model: string, version: number, at: string): Promise<CatalogueRemoval>;
  /** Sets or moves. Throws `VERSION_MISSING`. */
  setAlias(row: AliasRow): Promise<void>;
  /** Throws `ALIAS_MISSING`. */
  removeAlias(model: string, alias: string): Promise<void>;
}

export interface BlobQuery {
  readonly model?: string;
  /** Blobs wrapped by this key … */
  readonly key?: string;
  /** … by exactly this version of it, */
  readonly keyVersion?: number;
  /** … or by any version below this one: what a rotation has still to do. */
  readonly belowKeyVersion?: number;
  /** The last id of the page before. */
  readonly after?: BlobId;
  readonly limit: number;
}

/** What is known of a blob's header after it was rewritten. */
export interface HeaderNote {
  readonly blob: BlobId;
  readonly headerGeneration: number;
  readonly key?: KeyRef;
}

export interface CatalogueBlobs {
  findBlob(id: BlobId): Promise<BlobRow | undefined>;
  /** Ascending by id; the next page starts `after` the last one. */
  listBlobs(query: BlobQuery): Promise<readonly BlobRow[]>;
  /** Every file of every version that a blob holds. */
  listHolders(id: BlobId): Promise<readonly { model: string; version: number; path: string }[]>;
  /** Notes rewritten headers; a note that is not newer than what is known changes nothing, nor does a blob that is gone. */
  noteHeaders(notes: readonly HeaderNote[]): Promise<void>;
  /**
   * Puts a blob with the same bytes in the place of another, everywhere. `gone` when the old one is not there any
   * more: then the new one is among the pending shreds. Throws `LEASE_LOST`. The lease goes on.
   */
  replaceBlob(request: {
    readonly lease: string;
    readonly old: BlobId;
    readonly next: Omit<BlobRow, 'model'>;
    readonly at: string;
  }): Promise<'replaced' | 'gone' | 'key-blocked'>;
  /** Those of the given ids that no row speaks of: no blob, no lease, no pending shred. Orphans in the store. */
  unknownBlobs(ids: readonly BlobId[]): Promise<readonly BlobId[]>;
  /** Blobs whose files must still be removed, oldest first. */
  listShreds(limit?: number): Promise<readonly ShredRow[]>;
  /** The files are gone; forgets the blobs. */
  finishShreds(blobs: readonly BlobId[]): Promise<void>;
}

export interface CatalogueLeases {
  /** Before the first byte is written. Throws `KEY_VERSION_BLOCKED`, `STORAGE_CONFLICT` for a blob id in use. */
  reserveLease(lease: LeaseRow, blobs: readonly BlobId[]): Promise<void>;
  /** More time, more blobs, or another key. Throws `LEASE_LOST`, `KEY_VERSION_BLOCKED`. */
  renewLease(
    id: string,
    change: { readonly expiresAt?: string; readonly blobs?: readonly BlobId[]; readonly key?: KeyRef },
  ): Promise<void>;
  /** Ends a lease without publishing: its blobs become pending shreds. A lease that is gone is fine. */
  endLease(id: string, at: string): Promise<readonly ShredRow[]>;
  listLeases(): Promise<readonly LeaseRow[]>;
  /** Ends every lease that the judge finds dead; their blobs become pending shreds. */
  endDeadLeases(isLive: LeaseJudge, at: string): Promise<{ leases: number; shreds: readonly ShredRow[] }>;
}

export interface CatalogueKeys {
  /** By key and version, also versions with leases only; unused ones are not in it. */
  keyUsage(isLive: LeaseJudge): Promise<readonly KeyUsage[]>;
  /**
   * From now on nothing can be reserved or published under this key version. Throws `KEY_VERSION_IN_USE` while blobs
   * or live leases rest on it. Again is fine. A block outlives namespace and model, so that no straggler publishes
   * under a key that was destroyed: version numbers of a key must not be used again.
   */
  blockKeyVersion(key: KeyRef, isLive: LeaseJudge): Promise<void>;
  /** Takes a block back: a retirement that did not come to pass. */
  unblockKeyVersion(key: KeyRef): Promise<void>;
}

/** A file that a model holds, however many versions have it. */
export interface StaleFile {
  readonly path: string;
  readonly blob: BlobRow;
}

/** A page of the files that a rule set has not looked at. */
export interface StaleQuery {
  /** Digest of the rule set in force. */
  readonly ruleSet: string;
  readonly model?: string;
  /** The last one of the page before. */
  readonly after?: { readonly blob: BlobId; readonly path: string };
  readonly limit: number;
}

export interface CatalogueTrust {
  findTrustPolicy(namespace: string): Promise<TrustPolicyRow | undefined>;
  putTrustPolicy(row: TrustPolicyRow): Promise<void>;
  /** Where a version stands, and nothing else of it. Throws `VERSION_MISSING`, and whatever `change` throws. */
  updateStanding(
    at: { readonly model: string; readonly version: number },
    change: (state: VersionState) => VersionRow,
  ): Promise<void>;
  /** Every version that is not available, by model and number; of one model where named. */
  listHiddenVersions(model?: string): Promise<readonly VersionState[]>;
  /** Those that there are of the given contents of a model, whatever their names. */
  findScanReports(model: string, contents: readonly string[]): Promise<readonly ScanReportRow[]>;
  /** Adds or replaces; a report of a file that the model does not hold any more is let go. */
  putScanReports(rows: readonly ScanReportRow[]): Promise<void>;
  /** Files without a report by the rule set, ascending by blob and path. */
  listStaleFiles(query: StaleQuery): Promise<readonly StaleFile[]>;
  /** How many files, and how many versions hold one. */
  countStale(ruleSet: string): Promise<{ readonly files: number; readonly versions: number }>;
  /** Oldest first. */
  listReleases(model: string, version: number): Promise<readonly ReleaseRow[]>;
  /** Adds or replaces. Throws `VERSION_MISSING`. */
  putRelease(row: ReleaseRow): Promise<void>;
  /** Oldest first. */
  listSignatures(model: string, version: number): Promise<readonly SignatureRow[]>;
  /** Adds one; the same signature again changes nothing. Throws `VERSION_MISSING`. */
  addSignature(row: SignatureRow): Promise<void>;
  /** By id. */
  listSigningKeys(): Promise<readonly SigningKeyRow[]>;
  /** Adds or replaces. */
  putSigningKey(row: SigningKeyRow): Promise<void>;
}

/** The record of a catalogue from before the audit log; nothing is added to it. */
export interface CatalogueActs {
  /** Oldest first. */
  listActs(limit: number): Promise<readonly ActRow[]>;
  /** Removes what was taken over, up to a sequence number. */
  removeActs(upTo: number): Promise<void>;
}
