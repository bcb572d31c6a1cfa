import type {
  AddedRootSeal,
  AliasName,
  BackupReport,
  Compression,
  FileInput,
  FilePath,
  LongRunning,
  ModelName,
  NewRootSeal,
  VersionRef,
} from '../api/index.ts';
import type { Passphrase, SecretBytes } from '../bytes/index.ts';
import type { SecretState } from '../open/index.ts';
import type { Attestations, ExportedBundle, ImportedBundle, LegacyContent } from '../vault/index.ts';
import type { AuditOperations } from './audit-operations.ts';
import type { DoctorOperations } from './doctor-operations.ts';
import type { EvidenceOperations } from './evidence-operations.ts';
import type { OpenHome } from './open-home.ts';
import type { RemoteOperations } from './remote-operations.ts';
import type { ScanOperations } from './scan-operations.ts';
import type { ServeOperations } from './serve-operations.ts';
import type { SigningOperations } from './signing-operations.ts';
import type { TlsOperations } from './tls-operations.ts';
import type { Unseal } from './unseal-with.ts';

export type { OpenHome } from './open-home.ts';
export type { Unseal } from './unseal-with.ts';

/** A secret as it stands in a file. */
export interface SecretFile {
  readonly bytes: Uint8Array;
  /** Others than the owner may read it. */
  readonly isExposed: boolean;
}

/** One sealed file as its header describes it, without any key. */
export interface SealedFileSummary {
  readonly path: string;
  readonly format: string;
  readonly isEncrypted: boolean;
  readonly createdAt: string;
  /** Bytes of the content, and of the file as it stands. */
  readonly size: number;
  readonly storedSize: number;
  /** How it can be opened: `kek`, `passphrase`, `hybrid` … */
  readonly slots: readonly string[];
  readonly hasAccessCode: boolean;
}

/** The sealed files of a folder, and those that look like one and are none. */
export interface SealedFilesFound {
  readonly files: readonly SealedFileSummary[];
  readonly unreadable: readonly { readonly path: string; readonly code: string; readonly message: string }[];
}

/** Who may open a file that is sealed for handing out. */
export interface SealedFor {
  readonly passphrase?: Passphrase;
  /** A key of 32 bytes, as `init --key-file` and `openssl rand -base64 32` make it. */
  readonly key?: SecretBytes;
  /** `age1pq1…`, and with the age format `age1…`. */
  readonly recipients: readonly string[];
}

/** What may open a sealed file. */
export interface OpenWith {
  readonly passphrase?: Passphrase;
  readonly key?: SecretBytes;
  /** `AGE-SECRET-KEY-PQ-1…`, and with the age format `AGE-SECRET-KEY-1…`. */
  readonly identities: readonly SecretBytes[];
}

/** The content of a sealed file, to be read once and closed. */
export interface OpenedContent {
  /** The name that was sealed, or the file's own without its ending; hostile. */
  readonly name: string;
  /** Size in bytes, where the format tells. */
  readonly size?: number;
  read(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** Whose bytes come out, and where to. */
export interface OutputPlace {
  readonly path: string;
  /** Replace what is there. */
  readonly force: boolean;
}

/** One setting with its value in force. */
export interface ShownSetting {
  readonly name: string;
  readonly value: string | number | boolean | null;
  readonly env: string;
  readonly description: string;
}

/** What `import-legacy` takes over, and what opens it. */
export interface LegacyInput {
  readonly file: string;
  /** Fernet key as text: base64url of 32 bytes. */
  readonly key?: string;
  /** Or the password that it was derived from. */
  readonly derived?: {
    readonly passphrase: Passphrase;
    readonly kdf: 'scrypt' | 'pbkdf2-sha512' | 'pbkdf2-sha256';
    readonly salt: Uint8Array;
  };
  /** The password of its access control. */
  readonly accessCode?: Passphrase;
}

/** What `export` hands out, and to whom. */
export interface ExportInput extends LongRunning {
  readonly home: string;
  readonly unseal: Unseal;
  readonly ref: VersionRef;
  readonly accessCode?: Passphrase;
  readonly sealedFor: SealedFor;
  readonly output: OutputPlace;
}

/** Work on a home as a whole. */
export interface HomeOperations {
  /** Throws `missing` when there is no home, `KEY_REFUSED` when nothing opens it. */
  openHome(input: { readonly home: string; readonly unseal: Unseal }): Promise<OpenHome>;
  /** Makes a home, without seals under a key file inside it. Throws `HOME_EXISTS`. */
  initHome(input: { readonly home: string; readonly seals: readonly NewRootSeal[] }): Promise<{
    readonly vault: string;
    readonly seals: readonly AddedRootSeal[];
    readonly rootKeyFile?: string;
  }>;
  backupHome(
    input: LongRunning & { readonly home: string; readonly unseal: Unseal; readonly destination: string },
  ): Promise<BackupReport>;
  restoreHome(input: LongRunning & { readonly source: string; readonly home: string }): Promise<BackupReport>;
  /** Gives a home its keys back from their backup, under fresh root seals. Throws `HOME_MISSING`, `KEYRING_EXISTS`. */
  restoreKeys(input: {
    readonly home: string;
    readonly backup: Uint8Array;
    readonly passphrase: Passphrase;
    readonly seals: readonly NewRootSeal[];
    readonly replace: boolean;
  }): Promise<{ readonly vault: string; readonly seals: readonly AddedRootSeal[] }>;
  exportSealed(input: ExportInput): Promise<readonly string[]>;
  /** The configuration in force; it names where secrets are, never what they are. */
  showConfig(home: string): Promise<readonly ShownSetting[]>;
  /** The key file that a home without any other choice is unsealed with. */
  defaultKeyFile(home: string): string;
  /** The secret files that configuration and environment name. */
  configuredFiles(home: string): Promise<{ readonly keyFile?: string; readonly passphraseFile?: string }>;
}

/** Work on files, without a home. */
export interface FileOperations {
  /** Opens a package of the Python class, or a Fernet token, as what `put` takes; nothing in it is executed. */
  readLegacy(input: LegacyInput): Promise<LegacyContent>;
  sealFile(
    input: LongRunning & {
      readonly file: string;
      readonly format: 'strongroom' | 'age';
      readonly sealedFor: SealedFor;
      readonly compression?: Compression;
      readonly output: OutputPlace;
    },
  ): Promise<{ readonly size: number; readonly storedSize: number }>;
  /** Opens a sealed file; its end is verified before this resolves, every byte before it is read. */
  openSealedFile(
    input: LongRunning & {
      readonly file: string;
      readonly format: 'strongroom' | 'age';
      readonly openWith: OpenWith;
      readonly accessCode?: Passphrase;
    },
  ): Promise<OpenedContent>;
  findSealedFiles(folder: string): Promise<SealedFilesFound>;
  /** The files behind a user's paths. Throws `STORAGE_PATH_UNSAFE` on links, devices and pipes. */
  readInputs(paths: readonly string[]): Promise<readonly FileInput[]>;
  /** One file, all or nothing, mode 0600. Throws `conflict` when it is there and not forced. */
  writeFile(output: OutputPlace, content: AsyncIterable<Uint8Array>): Promise<void>;
  /** Several files in a folder of their own, all or nothing. */
  writeFolder(
    output: OutputPlace,
    files: readonly { readonly path: FilePath; read(): AsyncIterable<Uint8Array> }[],
  ): Promise<void>;
  isFolder(path: string): Promise<boolean>;
  /** A small file, at most `maxBytes`; `undefined` when it is not there. */
  readSecretFile(path: string, maxBytes: number): Promise<SecretFile | undefined>;
}

/** Fresh keys. */
export interface KeyOperations {
  /** A key pair for handing sealed files to someone: X25519 and ML-KEM-768 together. */
  newKeyPair(): { readonly recipient: string; readonly identity: SecretBytes };
}

/** What `download` fetches, and what it may ask beyond the configuration. */
export interface DownloadInput {
  readonly home: string;
  readonly url: string;
  /** SHA-256 of the file, lower-case hex. */
  readonly sha256: string;
  readonly size?: number;
  readonly allowedHosts: readonly string[];
  readonly allowedNetworks: readonly string[];
  /** This machine itself too, over http as well. */
  readonly allowLoopback: boolean;
  readonly maxBytes?: number;
  readonly caFile?: string;
  readonly proxy?: string;
  readonly token?: SecretBytes;
  readonly signal: AbortSignal;
  readonly onProgress: NonNullable<LongRunning['onProgress']>;
  /** Told when the connection was cut and the download goes on. */
  readonly onResume: (event: { readonly at: number; readonly reason: string }) => void;
}

/** A file that has begun to arrive; its stream fails before its end unless size and digest are right. */
export interface IncomingFile extends AsyncDisposable {
  /** Last part of its address; empty where there is none. Hostile. */
  readonly name: string;
  /** Its address without query, before and after all redirects. */
  readonly url: string;
  readonly from: string;
  readonly size: number | undefined;
  read(): AsyncIterable<Uint8Array>;
}

/** Work on files elsewhere. */
export interface DownloadOperations {
  /** Throws the `NETWORK_…` codes, `CONFIG_INVALID`, `INPUT_INVALID`. */
  openDownload(input: DownloadInput): Promise<IncomingFile>;
}

/** What `export-bundle` writes, and for whom. */
export interface ExportBundleRequest extends LongRunning {
  readonly home: string;
  readonly unseal: Unseal;
  readonly ref: VersionRef;
  /** The key of the home that signs the bundle. */
  readonly keyId: string;
  readonly accessCode?: Passphrase;
  /** Absent: the bundle is not encrypted. */
  readonly sealedFor?: SealedFor;
  readonly output: OutputPlace;
}

/** What `import-bundle` takes over. */
export interface ImportBundleRequest extends LongRunning {
  readonly home: string;
  readonly unseal: Unseal;
  readonly file: string;
  /** Opens a bundle that is sealed. */
  readonly openWith?: OpenWith;
  readonly model: ModelName;
  readonly aliases: readonly AliasName[];
  readonly trustedKeys: readonly string[];
  readonly accessCode?: Passphrase;
}

/** Versions with all that speaks for them. */
export interface BundleOperations {
  exportBundle(request: ExportBundleRequest): Promise<ExportedBundle>;
  /** Throws the `BUNDLE_…` and `SIGNATURE_…` errors, and as `put`. */
  importBundle(request: ImportBundleRequest): Promise<ImportedBundle>;
  attestVersion(request: {
    readonly home: string;
    readonly unseal: Unseal;
    readonly ref: VersionRef;
  }): Promise<Attestations>;
}

/** Work on the secret settings of a home. */
export interface SecretOperations {
  /** Throws `SETTING_UNKNOWN` for a name that is no secret setting. */
  assertSecretSetting(input: { readonly home: string; readonly name: string }): Promise<void>;
  /** The secret as `sealed:…`. */
  sealSecret(input: {
    readonly home: string;
    readonly unseal: Unseal;
    readonly name: string;
    readonly secret: SecretBytes;
  }): Promise<string>;
  /** Puts a source into the configuration file, or takes it out. Throws `SETTING_UNPLACED`. */
  writeSecret(input: {
    readonly home: string;
    readonly name: string;
    readonly value: string | undefined;
  }): Promise<void>;
  listSecrets(input: { readonly home: string; readonly unseal: Unseal }): Promise<readonly SecretState[]>;
}

/** Everything below the command line that it may ask for. Wired to the real thing in `wiring.ts`. */
export interface Operations
  extends HomeOperations,
    FileOperations,
    KeyOperations,
    DownloadOperations,
    SigningOperations,
    ScanOperations,
    SecretOperations,
    ServeOperations,
    BundleOperations,
    TlsOperations,
    DoctorOperations,
    RemoteOperations,
    AuditOperations,
    EvidenceOperations {}
