import type { AddedRootSeal, KeyState, NewRootSeal, RootSeal } from '../api/index.ts';
import type { Passphrase, SecretBytes } from '../bytes/index.ts';
import type { Identity, Recipient } from '../container/index.ts';
import type { GenerationStore } from '../storage/index.ts';

/** What may open the root key. Every piece that is given is tried. */
export type UnsealMaterial =
  /** The 32 bytes of a key file or an environment variable (`parseRootKey`). */
  | { readonly kind: 'key'; readonly key: SecretBytes }
  | { readonly kind: 'passphrase'; readonly passphrase: Passphrase }
  /** Shares as text, in any order. */
  | { readonly kind: 'shares'; readonly shares: readonly string[] };

/** One version of a key, without its material. */
export interface KeyringKeyVersion {
  readonly version: number;
  readonly state: KeyState;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** When it was disabled (and stayed so until destroyed). */
  readonly disabledAt?: string;
}

/** One key of the keyring, without its material. */
export interface KeyringKey {
  /** `acme`, or `acme/churn`. */
  readonly name: string;
  /** Ascending. Exactly one is active, the last. */
  readonly versions: readonly KeyringKeyVersion[];
}

/** A root key that is ready to replace the present one, so that shares can be shown before it counts. */
export interface RootChange {
  /** The new seals, with the shares of those that are shared. */
  readonly added: readonly AddedRootSeal[];
  /** Makes the new root key the only one, in one durable step. Throws as every change does. */
  commit(): Promise<void>;
  /** Forgets the new root key. Also after `commit`, where it changes nothing. */
  [Symbol.dispose](): void;
}

/**
 * The keys of a strongroom while they are unsealed. Several processes may hold the same keyring: every change is a
 * compare-and-swap that starts again from what the other one wrote. Every call throws `KEYRING_CLOSED` after
 * `close`; every change throws `ROOT_CHANGED` when another process replaced the root key, `STORAGE_CONFLICT`
 * when others were faster again and again, and what the store throws. A change that resolved is durable.
 */
export interface Keyring {
  /** Id of the strongroom: 16 bytes, base64url. */
  readonly vault: string;
  /** Grows by one with every change; what was last read or written. */
  readonly generation: number;
  /** Id of the root key, made from its material. */
  readonly rootId: string;

  /**
   * Takes over what another process published since. Resolves to whether there was anything.
   * Throws `KEYRING_ROLLED_BACK`, `KEYRING_TAMPERED`, `ROOT_CHANGED`, `KEYRING_MISSING`.
   */
  refresh(): Promise<boolean>;
  /**
   * Removes older generations which hold keys, seals or a root key that ended. Changes do so by themselves; this
   * finishes it after a kill. To be called once after opening where the store may be written.
   */
  prune(): Promise<void>;

  /** All keys, sorted by name. */
  list(): readonly KeyringKey[];
  /** One key. Throws `KEY_UNKNOWN`. */
  get(name: string): KeyringKey;
  /** Makes a key with a first version where there is none. Resolves to its active version. Throws `NAME_INVALID`. */
  ensureKey(name: string): Promise<number>;
  /** Wraps data keys with the version that is active at that moment. Throws `KEY_UNKNOWN`. */
  recipient(name: string): Recipient;
  /**
   * Unwraps what versions wrapped that are active or retiring. Throws `KEY_DISABLED`, `KEY_DESTROYED`, and
   * `KEY_REFUSED` for a key or version that is unknown also after a `refresh`, or a slot that was changed.
   */
  identity(): Identity;
  /**
   * Whether what this version wraps can be unwrapped: it is active or retiring. A writer calls `refresh` and then
   * this before it makes a blob visible, for the version may have ended since it wrapped.
   */
  usable(name: string, version: number): boolean;
  /** A new active version; the one before is retiring. Resolves to the new version. Throws `KEY_UNKNOWN`. */
  rotate(name: string): Promise<number>;
  /** retiring → disabled. Throws `KEY_STATE` for an active version, `KEY_DESTROYED`, `KEY_UNKNOWN`. */
  disable(name: string, version: number): Promise<KeyringKey>;
  /** disabled → retiring. Throws `KEY_DESTROYED`, `KEY_UNKNOWN`. */
  enable(name: string, version: number): Promise<KeyringKey>;
  /**
   * disabled → destroyed: its material is gone from the newest generation, and older generations are removed.
   * Repeating it finishes what a kill interrupted. Throws `KEY_STATE` before it is disabled, `KEY_UNKNOWN`.
   */
  destroy(name: string, version: number): Promise<KeyringKey>;
  /** Destroys a key with all its versions, whatever their state. Nothing happens when it is not there. */
  removeKey(name: string): Promise<void>;

  /** HMAC-SHA-256 under a key of its own for each label, the same as long as the keyring lives. 32 bytes. */
  mac(label: string, bytes: Uint8Array): Uint8Array;
  /** Whether `mac` is what `mac(label, bytes)` gives. */
  verifyMac(label: string, bytes: Uint8Array, mac: Uint8Array): boolean;

  /**
   * A key of 32 bytes for one purpose, the same as long as the keyring lives: it seals what the catalogue keeps secret.
   * To be wiped by the caller.
   */
  deriveKey(label: string): SecretBytes;

  /** The root seals, oldest first. */
  seals(): readonly RootSeal[];
  /** Seals the root key once more. Throws `INPUT_INVALID`, `INPUT_TOO_LARGE` beyond 16 seals. */
  addSeal(seal: NewRootSeal): Promise<AddedRootSeal>;
  /** Ends a seal. Throws `ROOT_SEAL_MISSING`, `ROOT_SEAL_LAST`. */
  removeSeal(id: string): Promise<void>;
  /** A new root key under the given seals, in memory only until its `commit`. Throws as `addSeal`. */
  prepareRootChange(seals: readonly NewRootSeal[]): Promise<RootChange>;
  /** `prepareRootChange` and its `commit` in one. Where shares are among the seals, prefer the two steps. */
  changeRoot(seals: readonly NewRootSeal[]): Promise<readonly AddedRootSeal[]>;

  /** All keys as one file under a passphrase (docs/spec/keyring.md), to be kept apart from the data. */
  exportBackup(passphrase: Passphrase): Promise<Uint8Array>;

  /** Wipes the keys from memory. May be called twice. */
  close(): void;
  [Symbol.dispose](): void;
}

/** A keyring that was just made, and its seals with the shares that are shown once. */
export interface CreatedKeyring {
  readonly keyring: Keyring;
  readonly added: readonly AddedRootSeal[];
}

/** What every way to a keyring needs. */
export interface KeyringOptions {
  readonly store: GenerationStore;
  /** The clock; for tests. */
  readonly now?: () => Date;
}
