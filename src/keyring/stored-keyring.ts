import { type AddedRootSeal, type NewRootSeal, quoteForMessage, type RootSeal } from '../api/index.ts';
import { type Passphrase, SecretBytes } from '../bytes/index.ts';
import { type Identity, kekIdentity, kekRecipient, type Recipient } from '../container/index.ts';
import { equalBytes, hmac } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { deriveSecret } from './derive.ts';
import { sealKeyBackup } from './key-backup-file.ts';
import {
  activeVersionOf,
  applyKeyAct,
  isUsableState,
  type KeyAct,
  type KeyEntry,
  newKey,
  rotateKey,
} from './key-states.ts';
import type { Keyring, KeyringKey, RootChange } from './keyring.ts';
import { type KeyringContent, parseKeyName } from './keyring-content.ts';
import { describeSeal, type RootSealEntry } from './keyring-file.ts';
import type { KeyringSession } from './keyring-session.ts';
import { generateRootKey } from './root-key.ts';
import { assertSealCount, type MadeSeal, makeSeal, makeSeals } from './root-seals.ts';

/** A keyring over a store that several processes may share. */
export class StoredKeyring implements Keyring {
  readonly #session: KeyringSession;
  readonly #now: () => string;

  constructor(session: KeyringSession, now: () => string) {
    this.#session = session;
    this.#now = now;
  }

  get vault(): string {
    return this.#session.state.head.vault;
  }

  get generation(): number {
    return this.#session.state.head.generation;
  }

  get rootId(): string {
    return this.#session.state.head.root;
  }

  refresh(): Promise<boolean> {
    return this.#session.refresh();
  }

  prune(): Promise<void> {
    return this.#session.prune();
  }

  list(): readonly KeyringKey[] {
    return this.#content.keys.map(describeKey);
  }

  get(name: string): KeyringKey {
    return describeKey(getKey(this.#content, name));
  }

  async ensureKey(name: string): Promise<number> {
    parseKeyName(name);
    return this.#session.change(({ content }) => {
      const key = findKey(content, name);
      if (key !== undefined) return { result: activeVersionOf(key).version };
      const keys = withKey(content, newKey(name, this.#now()));
      return { result: 1, keys };
    });
  }

  recipient(name: string): Recipient {
    getKey(this.#content, name);
    return {
      wrap: async (secret, context) => {
        if (context.vault !== this.vault) {
          throw new StrongroomError('INPUT_INVALID', 'the blob belongs to another strongroom');
        }
        const { version, material } = activeVersionOf(getKey(this.#content, name));
        if (material === undefined) throw new StrongroomError('KEY_DESTROYED', `key ${name} has no material`);
        return kekRecipient({ key: name, version, material }).wrap(secret, context);
      },
    };
  }

  identity(): Identity {
    const identity = kekIdentity((name, version) => this.#findMaterial(name, version));
    return {
      unwrap: async (slot, context) =>
        context.vault === this.vault ? identity.unwrap(slot, context) : undefined,
    };
  }

  usable(name: string, version: number): boolean {
    const entry = findVersion(this.#content, name, version);
    return entry !== undefined && isUsableState(entry.state);
  }

  rotate(name: string): Promise<number> {
    return this.#session.change(({ content }) => {
      const key = rotateKey(getKey(content, name), this.#now());
      return { result: activeVersionOf(key).version, keys: withKey(content, key) };
    });
  }

  disable(name: string, version: number): Promise<KeyringKey> {
    return this.#act('disable', name, version);
  }

  enable(name: string, version: number): Promise<KeyringKey> {
    return this.#act('enable', name, version);
  }

  async destroy(name: string, version: number): Promise<KeyringKey> {
    const key = await this.#act('destroy', name, version);
    // A kill between publishing and pruning left the material behind; whoever repeats the act gets rid of it.
    await this.#session.prune();
    return key;
  }

  async removeKey(name: string): Promise<void> {
    await this.#session.change(({ content }) => {
      const keys = content.keys.filter((key) => key.name !== name);
      return keys.length === content.keys.length
        ? { result: undefined }
        : { result: undefined, keys, isEnding: true };
    });
    await this.#session.prune();
  }

  mac(label: string, bytes: Uint8Array): Uint8Array {
    using key = deriveSecret(this.#content.macKey, `strongroom/1 mac\0${label}`);
    return hmac('sha256', key, bytes);
  }

  verifyMac(label: string, bytes: Uint8Array, mac: Uint8Array): boolean {
    return equalBytes(this.mac(label, bytes), mac);
  }

  deriveKey(label: string): SecretBytes {
    return deriveSecret(this.#content.macKey, `strongroom/1 key\0${label}`);
  }

  seals(): readonly RootSeal[] {
    return this.#session.state.head.seals.map(describeSeal);
  }

  async addSeal(seal: NewRootSeal): Promise<AddedRootSeal> {
    const { head, root } = this.#session.state;
    assertSealCount(head.seals.length + 1);
    // A copy, because the root key may be wiped by a close while a passphrase is derived.
    using ownRoot = SecretBytes.copyOf(root.expose());
    const made = await makeSeal(seal, { vault: head.vault, root: ownRoot, at: this.#now() });
    return await this.#session.change((state) => {
      if (state.head.root !== head.root) {
        throw new StrongroomError('ROOT_CHANGED', 'the root key was changed meanwhile');
      }
      const seals = [...state.head.seals, made.entry];
      assertSealCount(seals.length);
      return { result: made.added, seals };
    });
  }

  async removeSeal(id: string): Promise<void> {
    await this.#session.change(({ head }) => {
      const seals = head.seals.filter((seal) => seal.id !== id);
      if (seals.length === head.seals.length) {
        throw new StrongroomError('ROOT_SEAL_MISSING', 'there is no root seal of that id');
      }
      if (seals.length === 0) {
        throw new StrongroomError('ROOT_SEAL_LAST', 'the last root seal cannot be removed');
      }
      return { result: undefined, seals, isEnding: true };
    });
  }

  async prepareRootChange(seals: readonly NewRootSeal[]): Promise<RootChange> {
    const vault = this.vault;
    const root = generateRootKey();
    const made = await makeSeals(seals, { vault, root, at: this.#now() });
    return new PreparedRootChange(root, made, this.#session);
  }

  async changeRoot(seals: readonly NewRootSeal[]): Promise<readonly AddedRootSeal[]> {
    using change = await this.prepareRootChange(seals);
    await change.commit();
    return change.added;
  }

  exportBackup(passphrase: Passphrase): Promise<Uint8Array> {
    const { head, content } = this.#session.state;
    return sealKeyBackup(
      { vault: head.vault, generation: head.generation, createdAt: this.#now() },
      content,
      passphrase,
    );
  }

  close(): void {
    this.#session.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  get #content(): KeyringContent {
    return this.#session.state.content;
  }

  #act(act: KeyAct, name: string, version: number): Promise<KeyringKey> {
    return this.#session.change(({ content }) => {
      const before = getKey(content, name);
      const key = applyKeyAct(before, act, { version, at: this.#now() });
      const result = describeKey(key);
      if (key === before) return { result };
      return { result, keys: withKey(content, key), isEnding: act === 'destroy' };
    });
  }

  async #findMaterial(name: string, version: number): Promise<SecretBytes | undefined> {
    // Another process may have made the version after this one read the keyring.
    if (findVersion(this.#content, name, version) === undefined) await this.#session.refresh();
    const entry = findVersion(this.#content, name, version);
    if (entry === undefined) return undefined;
    if (!isUsableState(entry.state)) {
      const code = entry.state === 'disabled' ? 'KEY_DISABLED' : 'KEY_DESTROYED';
      throw new StrongroomError(code, `key ${name}@${version} is ${entry.state}`);
    }
    return entry.material;
  }
}

/** The new root key waits in memory; a process that ends before `commit` leaves everything as it was. */
class PreparedRootChange implements RootChange {
  readonly added: readonly AddedRootSeal[];
  readonly #root: SecretBytes;
  readonly #seals: readonly RootSealEntry[];
  readonly #session: KeyringSession;
  #stage: 'prepared' | 'committed' | 'dropped' = 'prepared';

  constructor(root: SecretBytes, made: readonly MadeSeal[], session: KeyringSession) {
    this.added = made.map(({ added }) => added);
    this.#root = root;
    this.#seals = made.map(({ entry }) => entry);
    this.#session = session;
  }

  async commit(): Promise<void> {
    if (this.#stage === 'committed') return;
    await this.#session.change(() => {
      // A wiped root key is all zeros: nothing may ever be sealed under it.
      if (this.#stage === 'dropped')
        throw new StrongroomError('KEYRING_CLOSED', 'this root change was dropped');
      const root = SecretBytes.copyOf(this.#root.expose());
      return { result: undefined, seals: this.#seals, root, isEnding: true };
    });
    this.#stage = 'committed';
  }

  [Symbol.dispose](): void {
    if (this.#stage === 'prepared') this.#stage = 'dropped';
    this.#root.wipe();
  }
}

function describeKey({ name, versions }: KeyEntry): KeyringKey {
  return { name, versions: versions.map(({ material: _material, ...shown }) => shown) };
}

function findKey(content: KeyringContent, name: string): KeyEntry | undefined {
  return content.keys.find((key) => key.name === name);
}

function getKey(content: KeyringContent, name: string): KeyEntry {
  const key = findKey(content, name);
  // A key's name is checked before it is made, so what is shown here may be anything that somebody asked for.
  if (key === undefined) throw new StrongroomError('KEY_UNKNOWN', `there is no key ${quoteForMessage(name)}`);
  return key;
}

function findVersion(content: KeyringContent, name: string, version: number) {
  const key = findKey(content, name);
  return key?.versions.find((entry) => entry.version === version);
}

function withKey(content: KeyringContent, key: KeyEntry): readonly KeyEntry[] {
  const others = content.keys.filter(({ name }) => name !== key.name);
  return [...others, key].sort((left, right) => (left.name < right.name ? -1 : 1));
}
