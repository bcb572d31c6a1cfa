import { Passphrase, SecretBytes } from '../../src/bytes/index.ts';
import { StrongroomError } from '../../src/errors/index.ts';
import { createKeyring, type Keyring, openKeyring } from '../../src/keyring/index.ts';
import { MemoryGenerationStore } from '../kit/memory-generation-store.ts';

/** A key for a key-file seal, told apart by one byte. */
export function keyBytes(fill: number): Uint8Array {
  return new Uint8Array(32).fill(fill);
}

/** The same key, to open with. */
export function unsealKey(fill: number) {
  return { kind: 'key', key: SecretBytes.copyOf(keyBytes(fill)) } as const;
}

export function keySeal(fill: number) {
  return { kind: 'key-file', key: keyBytes(fill) } as const;
}

export function phrase(text: string): Passphrase {
  return Passphrase.fromText(text);
}

/** A fresh keyring under key 1, in a store of its own. */
export async function freshKeyring(): Promise<{ store: MemoryGenerationStore; keyring: Keyring }> {
  const store = new MemoryGenerationStore();
  const { keyring } = await createKeyring({ store, seals: [keySeal(1)] });
  return { store, keyring };
}

/** The keyring of a store, opened by another process. */
export function reopen(store: MemoryGenerationStore, fill = 1): Promise<Keyring> {
  return openKeyring({ store: store.another(), unseal: [unsealKey(fill)] });
}

/** For assert.rejects and assert.throws: our error with this code. */
export function code(expected: string) {
  return (error: unknown) => error instanceof StrongroomError && error.code === expected;
}

/** Where a blob of the keyring's vault would be. */
export function place(keyring: Keyring, blob = 'AAAAAAAAAAAAAAAAAAAAAA') {
  return { vault: keyring.vault, blob };
}
