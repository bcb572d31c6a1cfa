import type { Passphrase } from '../bytes/index.ts';
import type { AccessApi } from './access.ts';
import type { AuditApi } from './audit.ts';
import type { DefenceApi } from './defence.ts';
import type { BlocksApi, LockdownApi } from './incidents.ts';
import type { SchemasApi } from './input-schema.ts';
import type {
  AccessCode,
  Compression,
  EncryptionMode,
  FileInput,
  KeyScope,
  Lineage,
  LongRunning,
  MetricDirection,
  Model,
  ModelProtection,
  Namespace,
  OpenedVersion,
  Version,
} from './model.ts';
import type { AliasName, ModelName, NamespaceName, VersionRef } from './names.ts';
import type { PredictionsApi } from './predictions.ts';
import type { RolloutsApi } from './rollouts.ts';
import type { SignaturesApi, SigningKeysApi } from './signing.ts';
import type { QuarantineApi, ScansApi, ScansStatus, TrustApi } from './trust.ts';

/**
 * Everything that can be done with a strongroom, grouped by noun. The local implementation works on a home,
 * the remote one speaks HTTPS; one contract suite runs on both. Unless it says otherwise a call throws
 * `StrongroomError`: `missing` for what is not there or not visible, `forbidden` for what is not granted,
 * `damaged` for what fails verification, `unsafe` for a version that is quarantined or withdrawn.
 */
export interface StrongroomApi extends AccessApi {
  readonly namespaces: NamespacesApi;
  readonly models: ModelsApi;
  readonly versions: VersionsApi;
  readonly aliases: AliasesApi;
  readonly keys: KeysApi;
  readonly root: RootApi;
  readonly trust: TrustApi;
  readonly signingKeys: SigningKeysApi;
  readonly signatures: SignaturesApi;
  readonly scans: ScansApi;
  readonly schemas: SchemasApi;
  readonly rollouts: RolloutsApi;
  readonly quarantine: QuarantineApi;
  readonly system: SystemApi;
  readonly audit: AuditApi;
  readonly blocks: BlocksApi;
  readonly lockdown: LockdownApi;
  readonly defence: DefenceApi;
  readonly predictions: PredictionsApi;
}

export interface NamespacesApi {
  /** Throws `conflict` when it exists. A first `put` makes its namespace by itself, encrypted. */
  create(input: NamespaceSettings & { readonly name: NamespaceName }): Promise<Namespace>;
  list(): Promise<readonly Namespace[]>;
  get(input: { readonly name: NamespaceName }): Promise<Namespace>;
  configure(input: NamespaceSettings & { readonly name: NamespaceName }): Promise<Namespace>;
  /** Throws `conflict` while it holds models. Destroys its keys. */
  remove(input: { readonly name: NamespaceName }): Promise<void>;
}

export interface NamespaceSettings {
  readonly encryption?: EncryptionMode;
  readonly keyScope?: KeyScope;
}

export interface ModelsApi {
  list(input?: { readonly namespace?: NamespaceName }): Promise<readonly Model[]>;
  get(input: { readonly model: ModelName }): Promise<Model>;
  configure(input: {
    readonly model: ModelName;
    readonly description?: string;
    readonly primaryMetric?: string;
    readonly metricDirections?: Readonly<Record<string, MetricDirection>>;
    /** Taking it away takes an approval itself. */
    readonly protection?: ModelProtection;
  }): Promise<Model>;
  /** Removes every version and shreds the keys of its blobs. */
  remove(input: { readonly model: ModelName }): Promise<RemovalReport>;
}

export interface PutVersionInput extends LongRunning {
  readonly model: ModelName;
  readonly files: readonly FileInput[];
  readonly aliases?: readonly AliasName[];
  readonly metrics?: Readonly<Record<string, number>>;
  /** Directions for metrics that the built-in table does not know. */
  readonly metricDirections?: Readonly<Record<string, MetricDirection>>;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly derivedFrom?: Lineage;
  readonly accessCode?: AccessCode;
  readonly compression?: Compression;
  /** Also record SHA-512 of every file. */
  readonly withSha512?: boolean;
  /** Signature files of the model, such as `model.sig`. One that does not hold refuses the version. */
  readonly signatures?: readonly Uint8Array[];
}

export interface VersionsApi {
  /**
   * Scans and seals the files and makes them the next version, all or nothing. Where the namespace's policy says so it
   * is quarantined, which its `state` tells, and gets no alias. Throws `TRUST_REFUSED` for what may not even be held.
   */
  put(input: PutVersionInput): Promise<Version>;
  list(input: { readonly model: ModelName }): Promise<readonly Version[]>;
  get(input: VersionRef): Promise<Version>;
  /** Opens for reading. Throws `ACCESS_CODE_REQUIRED`, `KEY_REFUSED`, `TRUST_REFUSED`, `TRUST_UNSIGNED`. */
  open(input: VersionRef & { readonly accessCode?: AccessCode }): Promise<OpenedVersion>;
  /** The best version by a metric, by default the model's primary one. Throws `missing` when none has it. */
  best(input: { readonly model: ModelName; readonly metric?: string }): Promise<BestVersion>;
  /** Checks what is stored: headers, ciphertext, and with keys every byte and digest. Reports, does not throw, on damage. */
  verify(input: VerifyInput): Promise<VerifyReport>;
  addMetrics(
    input: VersionRef & {
      readonly metrics: Readonly<Record<string, number>>;
      readonly metricDirections?: Readonly<Record<string, MetricDirection>>;
    },
  ): Promise<Version>;
  remove(input: VersionRef): Promise<RemovalReport>;
}

export interface BestVersion {
  readonly version: Version;
  readonly metric: string;
  readonly direction: MetricDirection;
  readonly value: number;
}

export interface VerifyInput extends LongRunning {
  /** What to verify; absent: everything in the strongroom. */
  readonly ref?: VersionRef;
  readonly accessCode?: AccessCode;
  /** `sealed` needs no keys: sizes and the ciphertext's SHA-256 only. Default `full`. */
  readonly depth?: 'full' | 'sealed';
}

export interface VerifyFinding {
  readonly subject: string;
  readonly code: string;
  readonly message: string;
}

export interface VerifyReport {
  readonly isClean: boolean;
  readonly versionCount: number;
  readonly blobCount: number;
  readonly bytes: number;
  readonly findings: readonly VerifyFinding[];
  /** Blobs that could not be opened for want of an access code; their ciphertext was verified. */
  readonly sealedOnly: number;
}

export interface RemovalReport {
  readonly versions: number;
  readonly shreddedBlobs: number;
  readonly freedBytes: number;
}

export interface AliasesApi {
  /** Points an alias at a version, moving it if it exists. */
  set(input: {
    readonly model: ModelName;
    readonly alias: AliasName;
    readonly version: number;
  }): Promise<Model>;
  remove(input: { readonly model: ModelName; readonly alias: AliasName }): Promise<Model>;
}

export type KeyState = 'active' | 'retiring' | 'disabled' | 'destroyed';

export interface KeyVersion {
  readonly version: number;
  readonly state: KeyState;
  readonly createdAt: string;
  readonly disabledAt?: string;
  /** Blobs whose data key this version wraps. */
  readonly blobCount: number;
}

export interface Key {
  /** `acme`, or `acme/churn` for a model with a key of its own. */
  readonly name: string;
  readonly versions: readonly KeyVersion[];
}

export interface RotationReport {
  readonly key: string;
  readonly version: number;
  readonly rewrapped: number;
  readonly reencrypted: number;
  /** Blobs that `--data` could not re-encrypt for want of their access code. */
  readonly skipped: number;
  /** Blobs whose header or payload is damaged; they stay under the version that they are under. `verify` tells more. */
  readonly damaged: number;
}

export interface KeysApi {
  list(): Promise<readonly Key[]>;
  /** A new key version; every blob's data key is wrapped anew. With `data`, payloads get new data keys too. */
  rotate(
    input: LongRunning & {
      readonly name?: string;
      readonly data?: boolean;
      readonly accessCode?: AccessCode;
    },
  ): Promise<readonly RotationReport[]>;
  /** Disables an old version that nothing references. Throws `conflict` while blobs or writers use it. */
  retire(input: { readonly name: string; readonly version: number }): Promise<Key>;
  /** Destroys a disabled version after its grace period (or `now`). It cannot be undone. */
  destroy(input: { readonly name: string; readonly version: number; readonly now?: boolean }): Promise<Key>;
  /** All keys as one file under a passphrase, to be kept apart from the data. */
  backup(input: { readonly passphrase: Passphrase }): Promise<Uint8Array>;
}

export type RootSealKind = 'key-file' | 'key-env' | 'passphrase' | 'shares';

export interface RootSeal {
  readonly id: string;
  readonly kind: RootSealKind;
  readonly createdAt: string;
  readonly label: string;
  /** Shamir: how many shares exist and how many are needed. */
  readonly shares?: { readonly total: number; readonly threshold: number };
}

/** How to seal the root key once more. */
export type NewRootSeal =
  | { readonly kind: 'key-file'; readonly key: Uint8Array; readonly label?: string }
  | { readonly kind: 'key-env'; readonly key: Uint8Array; readonly label?: string }
  | {
      readonly kind: 'passphrase';
      readonly passphrase: Passphrase;
      readonly kdf?: 'argon2id' | 'scrypt' | 'pbkdf2-sha512' | 'pbkdf2-sha256';
      readonly label?: string;
    }
  | { readonly kind: 'shares'; readonly total: number; readonly threshold: number; readonly label?: string };

export interface AddedRootSeal {
  readonly seal: RootSeal;
  /** Shamir shares as text, shown once and kept nowhere. */
  readonly shares?: readonly string[];
}

export interface RootApi {
  list(): Promise<readonly RootSeal[]>;
  add(input: NewRootSeal): Promise<AddedRootSeal>;
  /** Throws `conflict` for the last seal. */
  remove(input: { readonly id: string }): Promise<void>;
  /** A new root key under the given seals; all others end. */
  change(input: { readonly seals: readonly NewRootSeal[] }): Promise<readonly AddedRootSeal[]>;
}

export interface SystemStatus {
  readonly formatVersion: number;
  readonly vault: string;
  readonly namespaces: number;
  readonly models: number;
  readonly versions: number;
  readonly blobs: number;
  /** Sum of the plaintext sizes in bytes, before shared files are counted once. */
  readonly logicalBytes: number;
  /** Sum of the payloads as stored, in bytes. */
  readonly storedBytes: number;
  readonly rootSeals: readonly RootSeal[];
  readonly scans: ScansStatus;
  readonly warnings: readonly string[];
}

export interface BackupReport {
  readonly blobs: number;
  /** Sum of the payloads as stored. */
  readonly bytes: number;
}

export interface SystemApi {
  status(): Promise<SystemStatus>;
}
