import { type CryptoKey, importJWK, importPKCS8, type JWK } from 'jose';
import { z } from 'zod';
import { toBase64, toBase64Url, utf8Bytes } from '../bytes/index.ts';
import { randomId, SigningKey } from '../crypto/index.ts';
import { DocumentCollection, type DocumentDeps, type StoredDocument } from './document-collection.ts';
import type { SecretBox } from './secret-box.ts';

const DAY_MS = 86_400_000;
/** How long a key signs. */
const KEY_SIGNS_DAYS = 30;
/** How long the next key is published before it signs, and the previous one after: verifiers cache what they fetched. */
const OVERLAP_MS = DAY_MS;
/** The last bytes of SubjectPublicKeyInfo of Ed25519 are the key (RFC 8410 §4). */
const ED25519_KEY_BYTES = 32;

/** The one algorithm of access tokens, by its full name (RFC 9864). */
export const TOKEN_ALGORITHM = 'Ed25519';

const keySchema = z.strictObject({
  /** Public key, 32 bytes, base64url. */
  x: z.string(),
  /** PKCS#8 under the keyring, base64url. */
  sealed: z.string(),
  signsFrom: z.string(),
  expiresAt: z.string(),
});
type KeyContent = z.infer<typeof keySchema>;

export interface TokenKeysDeps extends DocumentDeps {
  readonly box: SecretBox;
  readonly now: () => Date;
}

interface LoadedKeys {
  readonly changes: number;
  readonly keys: readonly StoredDocument<KeyContent>[];
  readonly publicKeys: Map<string, CryptoKey>;
}

/** A key as RFC 7517 publishes it. */
export type PublishedKey = Readonly<Record<string, string>>;

/**
 * The keys that sign access tokens: one that signs, the next one a day before it does, and the previous one for a day
 * after. They lie in the catalogue, sealed under the keyring, so all processes of a home sign with the same.
 */
export class TokenKeys {
  readonly #collection: DocumentCollection<KeyContent>;
  readonly #deps: TokenKeysDeps;
  #loaded: LoadedKeys | undefined;
  #signing: { readonly kid: string; readonly key: CryptoKey } | undefined;

  constructor(deps: TokenKeysDeps) {
    this.#deps = deps;
    this.#collection = new DocumentCollection(deps, {
      name: 'token-keys',
      schema: keySchema,
      index: ({ expiresAt }) => ({ expiresAt }),
    });
  }

  /** The key that signs now; makes one when there is none. */
  async signingKey(): Promise<{ readonly kid: string; readonly key: CryptoKey }> {
    const current = this.#currentOf((await this.#load()).keys) ?? (await this.#create(this.#deps.now()));
    if (this.#signing?.kid !== current.id) {
      this.#signing = { kid: current.id, key: await this.#unseal(current) };
    }
    return this.#signing;
  }

  /** The public key of an id that is published; `undefined` for any other. */
  async publicKey(kid: string): Promise<CryptoKey | undefined> {
    const { publicKeys, keys } = await this.#load();
    const known = publicKeys.get(kid);
    const found = keys.find(({ id, content }) => id === kid && this.#isPublished(content));
    if (found === undefined) return undefined;
    const key = known ?? (await importPublic(found));
    publicKeys.set(kid, key);
    return key;
  }

  /** All that verify, for `/.well-known/jwks.json`. */
  async published(): Promise<readonly PublishedKey[]> {
    await this.signingKey();
    const { keys } = await this.#load();
    return keys.filter(({ content }) => this.#isPublished(content)).map(jwkOf);
  }

  /** Publishes the next key in time. To be called every hour or so. */
  async rotate(): Promise<void> {
    await this.signingKey();
    const newest =
      (await this.#load()).keys
        .map(({ content }) => Date.parse(content.signsFrom))
        .sort((a, b) => b - a)[0] ?? 0;
    const due = newest + KEY_SIGNS_DAYS * DAY_MS;
    const now = this.#deps.now().getTime();
    if (now >= due - OVERLAP_MS) await this.#create(new Date(Math.max(due, now + OVERLAP_MS)));
  }

  async #create(signsFrom: Date): Promise<StoredDocument<KeyContent>> {
    const key = SigningKey.generate('ed25519');
    const id = randomId();
    using secret = key.exportSecret();
    const content = {
      x: toBase64Url(key.publicKey.spki().subarray(-ED25519_KEY_BYTES)),
      sealed: this.#deps.box.seal(secret.expose(), aadOf(id)),
      signsFrom: signsFrom.toISOString(),
      expiresAt: new Date(signsFrom.getTime() + (KEY_SIGNS_DAYS + 1) * DAY_MS + OVERLAP_MS).toISOString(),
    };
    await this.#collection.insert(id, content);
    return { id, generation: 1, content };
  }

  async #unseal({ id, content }: StoredDocument<KeyContent>): Promise<CryptoKey> {
    using secret = this.#deps.box.open(content.sealed, aadOf(id));
    // The library takes PKCS#8 as text only; the key itself cannot be taken out again.
    const pem = `-----BEGIN PRIVATE KEY-----\n${toBase64(secret.expose())}\n-----END PRIVATE KEY-----`;
    return await importPKCS8(pem, TOKEN_ALGORITHM);
  }

  async #load(): Promise<LoadedKeys> {
    const changes = await this.#collection.changes();
    if (this.#loaded?.changes !== changes) {
      const keys = await this.#collection.list();
      this.#loaded = { changes, keys, publicKeys: new Map() };
    }
    return this.#loaded;
  }

  /** The one that began to sign last; of two that processes made at the same time, the one with the lower id. */
  #currentOf(keys: readonly StoredDocument<KeyContent>[]): StoredDocument<KeyContent> | undefined {
    const now = this.#deps.now().getTime();
    const [current] = keys
      .filter(({ content }) => Date.parse(content.signsFrom) <= now && signsUntil(content) > now)
      .toSorted((a, b) => b.content.signsFrom.localeCompare(a.content.signsFrom));
    return current;
  }

  #isPublished(content: KeyContent): boolean {
    return Date.parse(content.expiresAt) > this.#deps.now().getTime();
  }
}

/** A day longer than planned, in case that the next key was published late. */
function signsUntil({ signsFrom }: KeyContent): number {
  return Date.parse(signsFrom) + (KEY_SIGNS_DAYS + 1) * DAY_MS;
}

function jwkOf({ id, content }: StoredDocument<KeyContent>): PublishedKey {
  return { kty: 'OKP', crv: 'Ed25519', alg: TOKEN_ALGORITHM, use: 'sig', kid: id, x: content.x };
}

async function importPublic(key: StoredDocument<KeyContent>): Promise<CryptoKey> {
  const imported = await importJWK(jwkOf(key) as JWK, TOKEN_ALGORITHM);
  if (imported instanceof Uint8Array) throw new TypeError('not a public key');
  return imported;
}

function aadOf(kid: string): Uint8Array {
  return utf8Bytes(`token key ${kid}`);
}
