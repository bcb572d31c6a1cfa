import type { Caller, KeyValidity, SigningKey as KnownKey, SigningKeysApi } from '../api/index.ts';
import { bufferView, type Passphrase } from '../bytes/index.ts';
import { unwrapSecret, wrapSecret } from '../container/index.ts';
import {
  isSignatureAlgorithm,
  PublicKey,
  parseCertificatesPem,
  type SignatureAlgorithm,
  SigningKey,
} from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { Keyring } from '../keyring/index.ts';
import type { Registry, StoredSigningKey } from '../registry/index.ts';
import {
  createKeyRecord,
  type KeyTerms,
  revokeKey,
  type SecretBox,
  sealSigningKey,
} from '../signing/index.ts';
import { assertReason } from '../trust/index.ts';
import { onEverything } from './act.ts';
import type { Clock } from './deps.ts';
import type { Gate } from './gate.ts';
import { recordOf } from './signature-trust.ts';

/** How long a key is in force unless somebody says otherwise. */
const DEFAULT_VALIDITY_MS = 365 * 86_400_000;
const DEFAULT_ALGORITHM: SignatureAlgorithm = 'ecdsa-p384';
/** As the signers of a policy are named. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._@ -]{0,63}$/;

export interface SigningKeyVerbsDeps {
  readonly gate: Gate;
  readonly registry: Pick<Registry, 'listSigningKeys' | 'putSigningKey'>;
  readonly keyring: Pick<Keyring, 'deriveKey'>;
  readonly clock: Clock;
}

/** The verbs on keys that sign. */
export function signingKeyVerbs(deps: SigningKeyVerbsDeps, caller: Caller): SigningKeysApi {
  const create = (name: string, work: () => Promise<KnownKey>) =>
    deps.gate.pass(caller, onEverything('signing-key:create', `signing key ${name}`), work);
  return {
    list: () =>
      deps.gate.pass(caller, onEverything('signing-key:read', 'signing keys'), async () =>
        (await deps.registry.listSigningKeys()).map(knownKey),
      ),
    generate: ({ name, algorithm = DEFAULT_ALGORITHM, ...validity }) =>
      create(name, async () => {
        if (!isSignatureAlgorithm(algorithm)) throw invalid(`not an algorithm of signatures`);
        return await keep(deps, { name, key: SigningKey.generate(algorithm), terms: terms(deps, validity) });
      }),
    import: (input) => create(input.name, () => importKey(deps, input)),
    revoke: (input) =>
      deps.gate.pass(caller, onEverything('signing-key:revoke', `signing key ${input.id}`), () =>
        revoke(deps, input),
      ),
  };
}

/** The keyring as the box that private keys are sealed in. */
export function signingKeyBox(keyring: Pick<Keyring, 'deriveKey'>): SecretBox {
  return {
    seal(secret, aad) {
      using key = keyring.deriveKey('signing keys');
      return wrapSecret(key, secret, aad);
    },
    open(sealed, aad) {
      using key = keyring.deriveKey('signing keys');
      return unwrapSecret(key, sealed, aad);
    },
  };
}

/** The stored key of an id. Throws `SIGNING_KEY_MISSING`. */
export async function getSigningKey(
  registry: Pick<Registry, 'listSigningKeys'>,
  id: string,
): Promise<StoredSigningKey> {
  const found = (await registry.listSigningKeys()).find((key) => key.id === id);
  if (found === undefined)
    throw new StrongroomError('SIGNING_KEY_MISSING', 'there is no signing key of that id');
  return found;
}

type ImportInput = Parameters<SigningKeysApi['import']>[0];

async function importKey(deps: SigningKeyVerbsDeps, input: ImportInput): Promise<KnownKey> {
  const { name, key: bytes, passphrase, certificates: pem, ...validity } = input;
  const certificates = pem && parseCertificatesPem(pem);
  const common = { name, terms: { ...terms(deps, validity), ...(certificates && { certificates }) } };
  const isPublic = bufferView(bytes).includes('-----BEGIN PUBLIC KEY-----');
  const key = isPublic ? PublicKey.parse(bytes) : parsePrivateKey(bytes, passphrase);
  return await keep(deps, { ...common, key });
}

function parsePrivateKey(bytes: Uint8Array, passphrase: Passphrase | undefined): SigningKey {
  return SigningKey.parse(bytes, passphrase);
}

interface NewKey {
  readonly name: string;
  readonly key: SigningKey | PublicKey;
  readonly terms: KeyTerms;
}

async function keep(deps: SigningKeyVerbsDeps, { name, key, terms }: NewKey): Promise<KnownKey> {
  if (!NAME.test(name)) throw invalid('a key has a name of 1 to 64 letters, digits, blanks and . _ @ -');
  const isPrivate = key instanceof SigningKey;
  const record = createKeyRecord(isPrivate ? key.publicKey : key, terms);
  const known = (await deps.registry.listSigningKeys()).find(({ id }) => id === record.id);
  if (known !== undefined) {
    throw new StrongroomError('SIGNING_KEY_EXISTS', `the key is known already, as ${known.name}`);
  }
  const stored = await deps.registry.putSigningKey({
    id: record.id,
    name,
    record: JSON.stringify(record),
    ...(isPrivate && { sealed: sealSigningKey(signingKeyBox(deps.keyring), key) }),
  });
  return knownKey(stored);
}

async function revoke(
  deps: SigningKeyVerbsDeps,
  { id, reason, at }: Parameters<SigningKeysApi['revoke']>[0],
): Promise<KnownKey> {
  assertReason(reason);
  const stored = await getSigningKey(deps.registry, id);
  const record = revokeKey(recordOf(stored), at === undefined ? deps.clock.now() : parseTime(at), reason);
  const { createdAt: _createdAt, ...key } = stored;
  return knownKey(await deps.registry.putSigningKey({ ...key, record: JSON.stringify(record) }));
}

function terms({ clock }: SigningKeyVerbsDeps, { validFrom, validUntil }: KeyValidity): KeyTerms {
  const from = validFrom === undefined ? clock.now() : parseTime(validFrom);
  const until =
    validUntil === undefined ? new Date(from.getTime() + DEFAULT_VALIDITY_MS) : parseTime(validUntil);
  return { validFrom: from, validUntil: until };
}

function parseTime(text: string): Date {
  const time = new Date(text);
  if (!Number.isNaN(time.getTime()) && time.toISOString() === text) return time;
  throw invalid('a time is written as 2026-12-31T23:59:59.000Z');
}

function knownKey(stored: StoredSigningKey): KnownKey {
  const record = recordOf(stored);
  const { revokedAt, reason } = record;
  return {
    id: record.id,
    name: stored.name,
    algorithm: record.algorithm,
    publicKey: record.publicKey,
    validFrom: record.validFrom,
    validUntil: record.validUntil,
    ...(revokedAt === undefined ? {} : { revokedAt }),
    ...(reason === undefined ? {} : { revokedBecause: reason }),
    hasPrivateKey: stored.sealed !== undefined,
    certificates: record.certificateChain?.length ?? 0,
    createdAt: stored.createdAt,
  };
}

function invalid(message: string): StrongroomError {
  return new StrongroomError('INPUT_INVALID', message);
}
