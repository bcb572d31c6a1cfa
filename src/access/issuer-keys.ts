import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose';
import { z } from 'zod';
import { parseStrictJson, utf8Bytes } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { DocumentFetch } from '../network/index.ts';

/** Signatures that tokens of others may have: asymmetric ones only (RFC 8725 §3.1). The type of the key narrows them further. */
export const FOREIGN_ALGORITHMS: readonly string[] = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

/** How long the discovery document of an issuer counts. */
const DISCOVERY_MS = 3_600_000;
/** How long an issuer that did not answer is left alone. */
const COOLDOWN_MS = 30_000;
const KEYS_MAX_AGE_MS = 600_000;
const MAX_KEYS = 64;
/** Issuers whose keys are kept at a time. */
const MAX_ISSUERS = 256;

const publicKey = z.looseObject({
  kty: z.enum(['RSA', 'EC', 'OKP']),
  kid: z.string().max(256).optional(),
  d: z.never().optional(),
});
const keySet = z.looseObject({ keys: z.array(publicKey).min(1).max(MAX_KEYS) });
const discovery = z.looseObject({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }).max(2048) });

/** A JWK Set (RFC 7517 §5) of public keys. Throws `WORKLOAD_RULE_INVALID` for anything else, above all for private keys. */
export function parseKeySet(text: string): JSONWebKeySet {
  const json = parseStrictJson(utf8Bytes(text), { maxDepth: 4, maxValues: 2000, malformed: () => notKeys() });
  if (!keySet.safeParse(json).success) throw notKeys();
  return json as JSONWebKeySet;
}

function notKeys(): StrongroomError {
  return new StrongroomError('WORKLOAD_RULE_INVALID', 'the keys are no JWK Set of 1 to 64 public keys');
}

export interface IssuerKeysDeps {
  readonly fetchDocument: DocumentFetch;
  readonly now: () => Date;
}

interface Known {
  readonly keys: Promise<JWTVerifyGetKey>;
  /** In milliseconds since the epoch. */
  readonly untilMs: number;
}

/**
 * The keys of issuers, found by their discovery documents (OpenID Connect Discovery 1.0 §4) over the guarded fetch. An
 * unknown key makes them fetched anew, at most every 30 seconds; an issuer that fails is left alone as long.
 */
export class IssuerKeys {
  readonly #deps: IssuerKeysDeps;
  readonly #known = new Map<string, Known>();

  constructor(deps: IssuerKeysDeps) {
    this.#deps = deps;
  }

  /** Rejects with the `NETWORK_…` errors, `ISSUER_UNFIT`. */
  async keysOf(issuer: string): Promise<JWTVerifyGetKey> {
    const nowMs = this.#deps.now().getTime();
    const known = this.#known.get(issuer);
    if (known !== undefined && nowMs < known.untilMs) return await known.keys;
    const keys = this.#discover(issuer);
    this.#keep(issuer, { keys, untilMs: nowMs + DISCOVERY_MS });
    try {
      return await keys;
    } catch (error) {
      this.#keep(issuer, { keys, untilMs: nowMs + COOLDOWN_MS });
      throw error;
    }
  }

  #keep(issuer: string, known: Known): void {
    this.#known.delete(issuer);
    this.#known.set(issuer, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_ISSUERS && oldest !== undefined) this.#known.delete(oldest);
  }

  async #discover(issuer: string): Promise<JWTVerifyGetKey> {
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const answer = await this.#deps.fetchDocument(url, { headers: { accept: 'application/json' } });
    if (answer.status !== 200)
      throw unfit(issuer, `answered ${answer.status} where its discovery document is`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const malformed = (): StrongroomError => unfit(issuer, 'has a discovery document that is not one');
    const found = discovery.safeParse(parseStrictJson(bytes, { maxDepth: 16, maxValues: 10_000, malformed }));
    if (!found.success) throw malformed();
    if (found.data.issuer !== issuer) throw unfit(issuer, 'calls itself by another name');
    const { fetchDocument } = this.#deps;
    return createRemoteJWKSet(new URL(found.data.jwks_uri), {
      [customFetch]: (address, options) => fetchDocument(address, options),
      cooldownDuration: COOLDOWN_MS,
      cacheMaxAge: KEYS_MAX_AGE_MS,
    });
  }
}

/** Keys that a rule brings itself. */
export function ownKeys(text: string): JWTVerifyGetKey {
  return createLocalJWKSet(parseKeySet(text));
}

function unfit(issuer: string, what: string): StrongroomError {
  return new StrongroomError('ISSUER_UNFIT', `the issuer ${issuer} ${what}`);
}
