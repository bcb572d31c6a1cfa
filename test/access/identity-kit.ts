// A strongroom's identity over a catalogue of its own, with a clock that tests move.
import { createHmac } from 'node:crypto';
import type { TestContext } from 'node:test';
import {
  Access,
  createIdentity,
  createIdentityParts,
  type IdentityParts,
  type IdentitySettings,
  NOT_FEDERATED,
  type SecurityEvent,
} from '../../src/access/index.ts';
import { type Origin, type PrincipalId, parsePrincipalId } from '../../src/api/index.ts';
import { Passphrase, SecretBytes, utf8Bytes, utf8Text } from '../../src/bytes/index.ts';
import { type Catalogue, openSqliteCatalogue } from '../../src/storage/index.ts';
import { openAccess, seal } from './access-kit.ts';

export const PASSWORD = 'vintage llama orbits 42 moons';
export const ORIGIN: Origin = { requestId: 'r1', address: '192.0.2.10', client: 'test' };

/** The least that hashing may cost, so that tests do not wait. */
const SETTINGS: IdentitySettings = {
  issuer: 'https://strongroom.example',
  name: 'Strongroom',
  lifetimes: {
    cookie: { idleSeconds: 1800, absoluteSeconds: 43_200 },
    tokens: { absoluteSeconds: 86_400 },
    administrator: { idleSeconds: 900, absoluteSeconds: 28_800 },
    accessSeconds: 600,
  },
  invitationSeconds: 72 * 3600,
  hashing: { memoryKib: 19_456, passes: 2, concurrent: 2, maxWaiting: 32 },
  policy: { minCodePoints: 15 },
  tokenDays: { usual: 90, most: 365 },
};

export async function openIdentity(t: Pick<TestContext, 'after'>, changes: Partial<IdentitySettings> = {}) {
  const { path, clock, catalogue, access } = await openAccess(t);
  const events: SecurityEvent[] = [];
  const settings = { ...SETTINGS, ...changes };
  const build = (over: Catalogue, withAccess: Access) => {
    const parts = createIdentityParts({
      catalogue: over,
      seal,
      access: withAccess,
      deriveKey: (label) => SecretBytes.take(createHmac('sha256', 'test').update(label).digest()),
      settings,
      now: () => clock.now,
      onEvent: (event) => {
        events.push(event);
        return Promise.resolve();
      },
    });
    t.after(() => parts.close());
    return { parts, identity: createIdentity(parts, NOT_FEDERATED), access: withAccess };
  };
  /** Another process over the same catalogue. */
  const again = async () => {
    const other = await openSqliteCatalogue({ path });
    t.after(() => other.close());
    return build(other, new Access({ catalogue: other, seal, now: () => clock.now }));
  };
  return { ...build(catalogue, access), path, clock, catalogue, events, again };
}

/** Moves the clock. */
export function pass(clock: { now: Date }, seconds: number): void {
  clock.now = new Date(clock.now.getTime() + seconds * 1000);
}

/** An active user with a password. */
export async function addPerson(
  { access, book, hasher }: IdentityParts,
  name: string,
  password = PASSWORD,
): Promise<PrincipalId> {
  await access.principals.create({ type: 'user', name, state: 'active', createdBy: 'local' });
  const id = parsePrincipalId(`user:${name}`);
  const record = await hasher.hash(id, Passphrase.fromText(password));
  await book.update(id, (all) => ({ ...all, password: record }));
  return id;
}

export const secret = (text: string): SecretBytes => SecretBytes.take(utf8Bytes(text));
export const textOf = (bytes: SecretBytes | undefined): string =>
  utf8Text((bytes ?? secret('')).expose()) ?? '';
