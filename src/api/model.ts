import type { ByteRange, Passphrase } from '../bytes/index.ts';
import type { AliasName, FilePath, ModelName, NamespaceName } from './names.ts';

/** Whether a higher or a lower value of a metric is better. */
export type MetricDirection = 'higher' | 'lower';

/** Whether the files of a namespace are encrypted. `off` must have been switched off by someone, loudly. */
export type EncryptionMode = 'on' | 'off';

/** Which key wraps the data keys: one of the whole namespace, or one of each model (shredded with the model). */
export type KeyScope = 'namespace' | 'model';

/** How files are compressed before sealing: `auto` samples and compresses only what shrinks. */
export interface Compression {
  readonly algorithm: 'none' | 'zstd' | 'auto';
  /** zstd level 1 to 19; default 5. */
  readonly level?: number;
}

export interface Namespace {
  readonly name: NamespaceName;
  readonly createdAt: string;
  readonly encryption: EncryptionMode;
  readonly keyScope: KeyScope;
  readonly modelCount: number;
}

/** Whether one person alone may fetch the content of a model, or another one must agree every time. */
export type ModelProtection = 'none' | 'two-person';

export interface Model {
  readonly name: ModelName;
  readonly createdAt: string;
  readonly description: string;
  /** The metric that decides `best` unless another is named. */
  readonly primaryMetric?: string;
  /** Directions of metrics beyond the built-in table. */
  readonly metricDirections: Readonly<Record<string, MetricDirection>>;
  readonly protection: ModelProtection;
  readonly aliases: Readonly<Record<string, number>>;
  readonly latestVersion?: number;
  readonly versionCount: number;
}

/** One file of a version as its manifest has it. */
export interface ManifestFile {
  readonly path: FilePath;
  /** Size of the plaintext in bytes. */
  readonly size: number;
  /** SHA-256 of the plaintext, lower-case hex. */
  readonly sha256: string;
  /** SHA-512 of the plaintext, lower-case hex, where it was asked for. */
  readonly sha512?: string;
  /** Size of the sealed payload in bytes. */
  readonly storedSize: number;
  /** Id of the blob that holds it, base64url of 16 bytes. */
  readonly blob: string;
}

/** Where a version comes from, when it was made out of another. */
export interface Lineage {
  readonly model: ModelName;
  readonly version: number;
  /** How: `quantized`, `fine-tuned`, `converted` … */
  readonly relation: string;
}

/** Whether readers see a version: `quarantined` since it came in, `withdrawn` after it had been available. */
export type TrustState = 'available' | 'quarantined' | 'withdrawn';

export interface Version {
  readonly model: ModelName;
  readonly version: number;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly files: readonly ManifestFile[];
  /** Sum of the plaintext sizes in bytes. */
  readonly size: number;
  /** SHA-256 over the canonical manifest (docs/spec/manifest.md), lower-case hex: names the content. */
  readonly digest: string;
  readonly aliases: readonly AliasName[];
  readonly metrics: Readonly<Record<string, number>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly derivedFrom?: Lineage;
  /** Whether an access code must be given besides the grant. */
  readonly hasAccessCode: boolean;
  readonly isEncrypted: boolean;
  readonly state: TrustState;
  /** Why it is not available. */
  readonly stateReason?: string;
}

/** A file on its way in. */
export interface FileInput {
  readonly path: FilePath;
  /** Size in bytes where it is known beforehand; a mismatch is refused. */
  readonly size?: number;
  open(): AsyncIterable<Uint8Array>;
}

/** Told as work goes on; `total` is in the unit of `done` and absent when unknown. */
export interface Progress {
  readonly phase: string;
  readonly done: number;
  readonly total?: number;
  readonly unit: 'bytes' | 'items';
}

/** What every long verb understands. */
export interface LongRunning {
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

/** A file on its way out; nothing is yielded before its segment was verified. */
export interface OpenedFile extends ManifestFile {
  /** Every chunk is the caller's own. */
  read(range?: ByteRange): AsyncIterable<Uint8Array>;
  /** Without copying: each chunk is good until the next is asked for, and may be shared memory. */
  lend(range?: ByteRange): AsyncIterable<Uint8Array>;
}

/** A version opened for reading. Close it to forget its keys. */
export interface OpenedVersion {
  readonly version: Version;
  readonly files: readonly OpenedFile[];
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A secret that opens one model besides the grant. */
export type AccessCode = Passphrase;
