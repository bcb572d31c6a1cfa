import type { KeyState } from '../api/index.ts';
import type { SecretBytes } from '../bytes/index.ts';
import { randomSecret } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';

/** Length of a key-encryption key. */
export const KEK_BYTES = 32;

/** One version of a key, with its material unless it is destroyed. */
export interface KeyVersionEntry {
  readonly version: number;
  readonly state: KeyState;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly disabledAt?: string;
  readonly material?: SecretBytes;
}

/** One key: versions 1, 2, 3 …, the last of which is active. */
export interface KeyEntry {
  readonly name: string;
  readonly versions: readonly KeyVersionEntry[];
}

/** What may be done to one version of a key. */
export type KeyAct = 'disable' | 'enable' | 'destroy';

/** What each act does in each state: the next state, the same one for nothing to do, or the error. */
const TRANSITIONS: Readonly<
  Record<KeyAct, Readonly<Record<KeyState, KeyState | 'KEY_STATE' | 'KEY_DESTROYED'>>>
> = {
  disable: { active: 'KEY_STATE', retiring: 'disabled', disabled: 'disabled', destroyed: 'KEY_DESTROYED' },
  enable: { active: 'active', retiring: 'retiring', disabled: 'retiring', destroyed: 'KEY_DESTROYED' },
  destroy: { active: 'KEY_STATE', retiring: 'KEY_STATE', disabled: 'destroyed', destroyed: 'destroyed' },
};

/** A key with a fresh first version. */
export function newKey(name: string, at: string): KeyEntry {
  return { name, versions: [newVersion(1, at)] };
}

/** The key with a fresh active version; the one before is retiring. */
export function rotateKey(key: KeyEntry, at: string): KeyEntry {
  const retired = key.versions.map(
    (entry): KeyVersionEntry => (entry.state === 'active' ? { ...entry, state: 'retiring' } : entry),
  );
  return { ...key, versions: [...retired, newVersion(activeVersionOf(key).version + 1, at)] };
}

/**
 * The key after the act on one of its versions; the same object when there is nothing to do.
 * Throws `KEY_UNKNOWN`, `KEY_STATE`, `KEY_DESTROYED`.
 */
export function applyKeyAct(key: KeyEntry, act: KeyAct, target: { version: number; at: string }): KeyEntry {
  const entry = getKeyVersion(key, target.version);
  const next = TRANSITIONS[act][entry.state];
  if (next === 'KEY_STATE' || next === 'KEY_DESTROYED') {
    throw new StrongroomError(next, `cannot ${act} ${key.name}@${entry.version}, it is ${entry.state}`);
  }
  if (next === entry.state) return key;
  const changed = changeState(entry, next, target.at);
  return { ...key, versions: key.versions.map((other) => (other === entry ? changed : other)) };
}

function changeState(entry: KeyVersionEntry, state: KeyState, at: string): KeyVersionEntry {
  const { disabledAt, material, ...kept } = entry;
  if (state === 'destroyed') return { ...kept, state, disabledAt: disabledAt ?? at };
  const held = material === undefined ? kept : { ...kept, material };
  return state === 'disabled' ? { ...held, state, disabledAt: at } : { ...held, state };
}

/** A version of the key. Throws `KEY_UNKNOWN`. */
function getKeyVersion(key: KeyEntry, version: number): KeyVersionEntry {
  const entry = key.versions.find((candidate) => candidate.version === version);
  if (entry === undefined) throw new StrongroomError('KEY_UNKNOWN', `there is no key ${key.name}@${version}`);
  return entry;
}

/** The version that wraps. */
export function activeVersionOf(key: KeyEntry): KeyVersionEntry {
  const entry = key.versions.at(-1);
  if (entry?.state !== 'active') {
    throw new StrongroomError('KEYRING_MALFORMED', `the last version of key ${key.name} is not active`);
  }
  return entry;
}

/** Whether a version still unwraps. */
export function isUsableState(state: KeyState): boolean {
  return state === 'active' || state === 'retiring';
}

function newVersion(version: number, createdAt: string): KeyVersionEntry {
  return { version, state: 'active', createdAt, material: randomSecret(KEK_BYTES) };
}
