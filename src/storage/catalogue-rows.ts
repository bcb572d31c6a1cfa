import type { BlobId } from './blob-store.ts';

/**
 * The rows of the catalogue as its callers see them. Names are plain text here; the registry narrows them. Times are
 * ISO 8601 UTC with milliseconds, sizes bytes. `mac` is opaque to the catalogue: the registry makes and checks it.
 */
export interface NamespaceRow {
  readonly name: string;
  readonly createdAt: string;
  readonly encryption: 'on' | 'off';
  readonly keyScope: 'namespace' | 'model';
  readonly mac: string;
}

/** A namespace with what is counted, not stored. */
export interface NamespaceState extends NamespaceRow {
  readonly modelCount: number;
}

export interface ModelRow {
  readonly name: string;
  readonly createdAt: string;
  readonly description: string;
  /** `two-person`: its content takes an approval. */
  readonly protection: 'none' | 'two-person';
  readonly primaryMetric?: string;
  readonly metricDirections: Readonly<Record<string, 'higher' | 'lower'>>;
  readonly mac: string;
}

/** A model with its aliases and what is counted. */
export interface ModelState extends ModelRow {
  readonly aliases: readonly AliasRow[];
  readonly latestVersion?: number;
  readonly versionCount: number;
}

/** One file of a version. */
export interface FileRow {
  readonly path: string;
  /** Plaintext size. */
  readonly size: number;
  /** SHA-256 of the plaintext, lower-case hex. */
  readonly sha256: string;
  readonly sha512?: string;
  readonly blob: BlobId;
}

/** Where a version was made from; the parent may be removed later, the sentence stays true. */
export interface LineageRow {
  readonly model: string;
  readonly version: number;
  readonly relation: string;
}

/** Why a version is hidden from readers. A version without one is available. */
export interface StandingRow {
  readonly state: 'quarantined' | 'withdrawn';
  readonly reason: string;
  readonly at: string;
  readonly by: string;
}

export interface VersionRow {
  readonly model: string;
  readonly version: number;
  readonly createdAt: string;
  readonly createdBy: string;
  /** SHA-256 of the canonical manifest, lower-case hex. */
  readonly digest: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly derivedFrom?: LineageRow;
  readonly hasAccessCode: boolean;
  readonly isEncrypted: boolean;
  readonly standing?: StandingRow;
  readonly files: readonly FileRow[];
  readonly mac: string;
}

/** A version with what was attached to it after it was made. */
export interface VersionState extends Omit<VersionRow, 'files'> {
  readonly files: readonly StoredFileRow[];
  readonly aliases: readonly AliasRow[];
  readonly metrics: readonly MetricRow[];
}

/** A file with the size of its payload as stored. */
export interface StoredFileRow extends FileRow {
  readonly storedSize: number;
}

export interface AliasRow {
  readonly model: string;
  readonly alias: string;
  readonly version: number;
  readonly setAt: string;
  readonly mac: string;
}

export interface MetricRow {
  readonly model: string;
  readonly version: number;
  readonly name: string;
  /** Finite, never -0. */
  readonly value: number;
  readonly mac: string;
}

/** One version of one key of the keyring. */
export interface KeyRef {
  readonly key: string;
  readonly version: number;
}

/** A sealed file that versions refer to. */
export interface BlobRow {
  readonly id: BlobId;
  readonly model: string;
  /** Plaintext size. */
  readonly size: number;
  /** Size of the payload as stored. */
  readonly storedSize: number;
  /** SHA-256 of the plaintext, lower-case hex. */
  readonly sha256: string;
  /** Newest header generation known; it only goes up. */
  readonly headerGeneration: number;
  /** The key version that wraps the data key; absent when the blob is not encrypted. */
  readonly key?: KeyRef;
  /** PHC string of the access code's derivation, when one locks the blob. */
  readonly codeLock?: string;
}

/** What holds a lease: enough to tell whether it still lives. */
export interface LeaseHolder {
  readonly host: string;
  readonly pid: number;
  /** Start of the process in whatever unit the runtime tells; it guards against pids used again. */
  readonly startedAt: string;
}

/** A promise that somebody is writing: its blobs are not orphans, its key version not unused. */
export interface LeaseRow {
  readonly id: string;
  /** `put`, `rekey` … for people. */
  readonly purpose: string;
  readonly holder: LeaseHolder;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly key?: KeyRef;
}

/** Whether a lease still counts: its process lives and its time is not over. Quick, and without side effects. */
export type LeaseJudge = (lease: LeaseRow) => boolean;

/** A blob that no version refers to any more and whose files must still be removed. */
export interface ShredRow {
  readonly blob: BlobId;
  /** Size of the payload as stored; 0 when it was never published. */
  readonly storedSize: number;
  readonly requestedAt: string;
}

/** What is noted of the audit log: how long it was, and the root over it (base64url). */
export interface AuditNote {
  readonly size: number;
  readonly root: string;
  /** Over both, base64url. */
  readonly mac: string;
}

/** One act of the record that was kept before the audit log. */
export interface ActRow {
  readonly sequence: number;
  readonly at: string;
  readonly caller: string;
  readonly action: string;
  readonly resource: string;
  readonly outcome: 'intended' | 'done' | 'refused' | 'failed';
  readonly code?: string;
}

/** How many blobs and live leases rest on a key version. */
export interface KeyUsage extends KeyRef {
  readonly blobs: number;
  readonly leases: number;
}

export interface CatalogueTotals {
  readonly namespaces: number;
  readonly models: number;
  readonly versions: number;
  readonly blobs: number;
  /** Sum of the plaintext sizes of all versions' files, shared files counted each time. */
  readonly logicalBytes: number;
  /** Sum of the payloads as stored. */
  readonly storedBytes: number;
  readonly pendingShreds: number;
  readonly leases: number;
}

/** What a namespace trusts, as canonical JSON. */
export interface TrustPolicyRow {
  readonly namespace: string;
  readonly policy: string;
  readonly updatedAt: string;
  readonly mac: string;
}

/**
 * What a scan found in a file that a model holds, by content and name (which a scan looks at too); the words are in
 * `sealed`, which also vouches for the rest.
 */
export interface ScanReportRow {
  readonly model: string;
  /** SHA-256 of the plaintext, lower-case hex: a report outlives re-encryption of its blob. */
  readonly sha256: string;
  readonly path: string;
  readonly verdict: string;
  readonly status: string;
  /** Digest of the rule set that it was made with. */
  readonly ruleSet: string;
  readonly scannedAt: string;
  readonly sealed: string;
}

/** A wish to release a version, or the release, as canonical JSON. */
export interface ReleaseRow {
  readonly model: string;
  readonly version: number;
  /** 1, 2, 3 … of this version. */
  readonly number: number;
  readonly words: string;
  readonly mac: string;
}

/** One signature file that was given or made for a version. */
export interface SignatureRow {
  readonly model: string;
  readonly version: number;
  /** SHA-256 of the signature file, lower-case hex. */
  readonly id: string;
  /** The file itself, base64. */
  readonly content: string;
  readonly addedAt: string;
  readonly addedBy: string;
  readonly mac: string;
}

/** A key that signs or that others sign with. */
export interface SigningKeyRow {
  readonly id: string;
  readonly name: string;
  /** Its public record, as canonical JSON. */
  readonly record: string;
  /** The private key, sealed by the keyring; absent for somebody else's. */
  readonly sealed?: string;
  readonly createdAt: string;
  readonly mac: string;
}
