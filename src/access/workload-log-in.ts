import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import {
  type LoggedIn,
  type Origin,
  type PrincipalId,
  principalId,
  type WorkloadRule,
} from '../api/index.ts';
import {
  fromBase64Url,
  parseStrictJson,
  type SecretBytes,
  toBase64Url,
  utf8Bytes,
  utf8Text,
} from '../bytes/index.ts';
import { randomId, sha256 } from '../crypto/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import { authFailed } from './auth-failed.ts';
import { DocumentCollection, type DocumentDeps } from './document-collection.ts';
import { FOREIGN_ALGORITHMS, type IssuerKeys, ownKeys } from './issuer-keys.ts';
import { matchesClaims } from './workload-claims.ts';
import type { RulePrincipals, WorkloadRules } from './workload-rules.ts';

/** Longest token that is looked at, in bytes; those of Kubernetes and GitHub have 1 to 3 KiB. */
const MAX_TOKEN_BYTES = 16 * 1024;
/** By how much clocks may differ. */
const CLOCK_SKEW_SECONDS = 30;
/** Oldest token, and longest life of one: beyond that it is no short-lived proof but a stored secret. */
const MAX_AGE_SECONDS = 86_400;
/** Types of tokens that prove a workload; those of access, log-out and other tokens do not. */
const TYPES: readonly string[] = ['jwt', 'jose', 'application/jwt'];

const headerSchema = z.looseObject({
  alg: z.string().refine((alg) => FOREIGN_ALGORITHMS.includes(alg)),
  typ: z
    .string()
    .refine((typ) => TYPES.includes(typ.toLowerCase()))
    .optional(),
  // What names keys inside the token is never followed, and what must be understood is not.
  jku: z.never().optional(),
  jwk: z.never().optional(),
  x5u: z.never().optional(),
  x5c: z.never().optional(),
  crit: z.never().optional(),
});
const claimsSchema = z.looseObject({
  iss: z.string(),
  exp: z.number(),
  iat: z.number(),
  jti: z.string().min(1).max(1024).optional(),
});

/** Makes access tokens for principals. */
export interface WorkloadTokenMaker {
  mint(claims: {
    readonly principal: string;
    readonly credential: string;
    readonly securityVersion: number;
    readonly methods: readonly ['workload'];
    readonly authenticatedAt: Date;
    readonly expiresAt: Date;
  }): Promise<SecretBytes>;
}

export interface WorkloadLogInDeps extends DocumentDeps {
  readonly rules: Pick<WorkloadRules, 'list'>;
  readonly keys: Pick<IssuerKeys, 'keysOf'>;
  readonly principals: Pick<RulePrincipals, 'find'>;
  readonly accessTokens: WorkloadTokenMaker;
  readonly now: () => Date;
}

/** Lets programs in with a token of another identity provider (RFC 8693, profiled): no secret of theirs is stored. */
export class WorkloadLogIn {
  readonly #deps: WorkloadLogInDeps;
  readonly #used: DocumentCollection<{ expiresAt: string }>;
  readonly #ownKeys = new Map<string, JWTVerifyGetKey>();

  constructor(deps: WorkloadLogInDeps) {
    this.#deps = deps;
    this.#used = new DocumentCollection(deps, {
      name: 'used-workload-tokens',
      schema: z.strictObject({ expiresAt: z.string() }),
      index: ({ expiresAt }) => ({ expiresAt }),
    });
  }

  /**
   * An access token for the one rule that the token fits, or for the one that is named. Throws `AUTH_FAILED`, whatever
   * did not fit; `WORKLOAD_RULE_UNCLEAR` where several rules fit; the `NETWORK_…` errors and `ISSUER_UNFIT` where the
   * keys of a known issuer cannot be had.
   */
  async exchange(
    { token, rule: named }: { readonly token: SecretBytes; readonly rule?: string },
    _origin: Origin,
  ): Promise<LoggedIn> {
    const text = readable(token);
    const { iss } = unverified(text);
    const candidates = (await this.#deps.rules.list()).filter(
      ({ issuer, name }) => issuer === iss && (named === undefined || name === named),
    );
    const fitting: { rule: WorkloadRule; claims: JWTPayload }[] = [];
    for (const rule of candidates) {
      const claims = await this.#verify(text, rule);
      if (claims !== undefined && matchesClaims(rule.claims, claims)) fitting.push({ rule, claims });
    }
    const [one, ...others] = fitting;
    if (one === undefined) throw authFailed();
    if (others.length > 0)
      throw new StrongroomError('WORKLOAD_RULE_UNCLEAR', 'the token fits several rules, and none was named');
    if (!one.rule.isReusable) await this.#useOnce(text, one.claims);
    return await this.#letIn(one.rule);
  }

  /** The claims of a token that was made by the issuer of a rule for us, now; `undefined` for any other. */
  async #verify(text: string, rule: WorkloadRule): Promise<JWTPayload | undefined> {
    try {
      const { payload } = await jwtVerify(text, await this.#keysOf(rule), {
        algorithms: [...FOREIGN_ALGORITHMS],
        issuer: rule.issuer,
        audience: rule.audience,
        requiredClaims: ['exp', 'iat'],
        maxTokenAge: MAX_AGE_SECONDS,
        clockTolerance: CLOCK_SKEW_SECONDS,
        currentDate: this.#deps.now(),
      });
      // A list of audiences would let another service that takes the same token pass it on to us.
      const isForUs =
        payload.aud === rule.audience || (Array.isArray(payload.aud) && payload.aud.length === 1);
      const isShort = (payload.exp ?? 0) - (payload.iat ?? 0) <= MAX_AGE_SECONDS;
      return isForUs && isShort ? payload : undefined;
    } catch (error) {
      const cause = causeOf(error);
      if (cause !== undefined) throw cause;
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  async #keysOf({ issuer, keys }: WorkloadRule): Promise<JWTVerifyGetKey> {
    if (keys === undefined) return await this.#deps.keys.keysOf(issuer);
    const known = this.#ownKeys.get(keys) ?? ownKeys(keys);
    if (this.#ownKeys.size > 100) this.#ownKeys.clear();
    this.#ownKeys.set(keys, known);
    return known;
  }

  /** Of all who show a token, one gets in: the id is remembered until it has expired. */
  async #useOnce(text: string, { iss = '', jti, exp = 0 }: JWTPayload): Promise<void> {
    // Without an id it is known by what was signed: its signature could be written in another way.
    const id = jti ?? text.slice(0, text.lastIndexOf('.'));
    const key = toBase64Url(sha256(utf8Bytes(JSON.stringify([iss, jti === undefined ? 'text' : 'jti', id]))));
    const expiresAt = new Date((exp + CLOCK_SKEW_SECONDS + 1) * 1000).toISOString();
    try {
      await this.#used.insert(key, { expiresAt });
    } catch (error) {
      if (isStrongroomError(error, 'STORAGE_CONFLICT')) throw authFailed(error);
      throw error;
    }
  }

  async #letIn({ name, tokenSeconds }: WorkloadRule): Promise<LoggedIn> {
    const id: PrincipalId = principalId('workload', name);
    const principal = await this.#deps.principals.find(id);
    if (principal?.state !== 'active') throw authFailed();
    const now = this.#deps.now();
    const accessToken = await this.#deps.accessTokens.mint({
      principal: id,
      credential: randomId(),
      securityVersion: principal.securityVersion,
      methods: ['workload'],
      authenticatedAt: now,
      expiresAt: new Date(now.getTime() + tokenSeconds * 1000),
    });
    return { kind: 'logged-in', principal: id, accessToken, accessSeconds: tokenSeconds };
  }
}

function readable(token: SecretBytes): string {
  const text = token.length > MAX_TOKEN_BYTES ? undefined : utf8Text(token.expose());
  if (text === undefined) throw authFailed();
  return text;
}

/** Header and claims before any signature was looked at: they can be read in one way only, or not at all. */
function unverified(text: string): { readonly iss: string } {
  const [header = '', payload = '', signature, ...rest] = text.split('.');
  if (signature === undefined || rest.length > 0) throw authFailed();
  parsePart(header, headerSchema);
  return parsePart(payload, claimsSchema);
}

function parsePart<Part>(text: string, schema: z.ZodType<Part>): Part {
  const bytes = fromBase64Url(text);
  if (bytes === undefined) throw authFailed();
  const json = parseStrictJson(bytes, { maxDepth: 8, maxValues: 1000, malformed: () => authFailed() });
  const part = schema.safeParse(json);
  if (!part.success) throw authFailed();
  return part.data;
}

/** A failure of ours below one of jose: the issuer could not be asked. */
function causeOf(error: unknown): StrongroomError | undefined {
  for (let at = error; at instanceof Error; at = at.cause) if (isStrongroomError(at)) return at;
  return undefined;
}
