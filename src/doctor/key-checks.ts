import type { Key, RootSeal } from '../api/index.ts';
import type { StrongroomError } from '../errors/index.ts';
import { fail, type Line, listed, pass, warn } from './line.ts';

/** What is known of the keys. */
export interface KeyFacts {
  /** Why the home did not open. */
  readonly openProblem?: StrongroomError;
  readonly seals: readonly RootSeal[];
  /** The root key lies in the home, beside what it protects. */
  readonly hasKeyInside: boolean;
  /** Absent where the home did not open. */
  readonly keys?: readonly Key[];
}

const DAY_MS = 86_400_000;
/** A key in use for longer is due for rotation (NIST SP 800-57 part 1, table 1: at most two years for wrapping). */
const OLD_KEY_DAYS = 730;

/** Checks root seals, keyring and keys. */
export function checkKeys(facts: KeyFacts, now: Date): readonly Line[] {
  return [checkOpen(facts), checkPlace(facts), ...checkSealsAndAge(facts, now)];
}

/** Checks what can be seen of the keys from elsewhere. */
export function checkSealsAndAge(
  { seals, keys }: Pick<KeyFacts, 'seals' | 'keys'>,
  now: Date,
): readonly Line[] {
  return [checkSeals(seals), ...(keys === undefined ? [] : [checkAge(keys, now)])];
}

function checkOpen({ openProblem }: KeyFacts): Line {
  const name = { area: 'keys', name: 'keyring' } as const;
  return openProblem === undefined
    ? pass(name, 'it opens; keyring and catalogue belong together, and neither is older than the other knows')
    : fail(name, openProblem.message, openProblem.hint);
}

function checkPlace({ hasKeyInside }: KeyFacts): Line {
  const name = { area: 'keys', name: 'root-key-place' } as const;
  return hasKeyInside
    ? warn(
        name,
        'the root key lies inside the home: whoever copies the folder can open it',
        'strongroom root add --passphrase (or --shares, or a key file elsewhere), then remove root.key and its seal',
      )
    : pass(name, 'the root key does not lie in the home');
}

function checkSeals(seals: readonly RootSeal[]): Line {
  const name = { area: 'keys', name: 'root-seals' } as const;
  const kinds = seals.map(({ kind }) => kind);
  if (seals.length === 0) return fail(name, 'no root seal', 'restore the keys: strongroom keys restore');
  return seals.length === 1
    ? warn(
        name,
        `only one root seal, ${kinds[0] ?? ''}: if it is lost, all is lost`,
        'strongroom root add a second one, and strongroom keys backup',
      )
    : pass(name, listed(kinds));
}

function checkAge(keys: readonly Key[], now: Date): Line {
  const name = { area: 'keys', name: 'rotation' } as const;
  const old = keys.filter(({ versions }) => {
    const active = versions.find(({ state }) => state === 'active');
    return active !== undefined && now.getTime() - Date.parse(active.createdAt) > OLD_KEY_DAYS * DAY_MS;
  });
  return old.length === 0
    ? pass(name, `no key has been in use for more than ${OLD_KEY_DAYS} days`)
    : warn(
        name,
        `in use for more than ${OLD_KEY_DAYS} days: ${listed(old.map((key) => key.name))}`,
        'strongroom keys rotate',
      );
}
