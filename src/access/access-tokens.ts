import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { AuthenticationMethod } from '../api/index.ts';
import { fromBase64Url, parseStrictJson, SecretBytes, utf8Bytes, utf8Text } from '../bytes/index.ts';
import { randomId } from '../crypto/index.ts';
import { authFailed } from './auth-failed.ts';
import { TOKEN_ALGORITHM, type TokenKeys } from './token-keys.ts';

/** Longest life of an access token, in seconds. */
export const MAX_ACCESS_SECONDS = 600;
/** Longest access token that is looked at, in bytes; ours have about 700. */
const MAX_TOKEN_BYTES = 4096;
const SIGNATURE_BYTES = 64;
const TOKEN_TYPE = 'at+jwt';
const CLIENT_ID = 'strongroom';
/** By how much the clocks of servers over one home may differ. */
const CLOCK_SKEW_SECONDS = 10;
const KID = /^[A-Za-z0-9_-]{22}$/;

const headerSchema = z.strictObject({
  alg: z.literal(TOKEN_ALGORITHM),
  typ: z.literal(TOKEN_TYPE),
  kid: z.string().regex(KID),
});

const METHODS = ['pwd', 'otp', 'passkey', 'oidc', 'recovery', 'token', 'workload', 'certificate'] as const;

const claimsSchema = z.strictObject({
  iss: z.string(),
  aud: z.string(),
  sub: z.string(),
  client_id: z.literal(CLIENT_ID),
  iat: z.int(),
  nbf: z.int(),
  exp: z.int(),
  jti: z.string(),
  sid: z.string(),
  sv: z.int(),
  auth_time: z.int(),
  amr: z.array(z.enum(METHODS)),
});

/** Who an access token speaks for. Grants are not in it: they are looked up at every call. */
export interface AccessClaims {
  readonly principal: string;
  /** Session, or workload rule, that it runs under; it ends with it. */
  readonly credential: string;
  /** Version of the principal's security at that time: raising it refuses all older tokens. */
  readonly securityVersion: number;
  readonly methods: readonly AuthenticationMethod[];
  readonly authenticatedAt: Date;
  /** When it expires. */
  readonly expiresAt: Date;
}

export interface AccessTokensDeps {
  readonly keys: TokenKeys;
  /** Exactly as in `iss`: the address of the server. */
  readonly issuer: string;
  readonly now: () => Date;
}

/**
 * Access tokens: JWT (RFC 9068) signed with Ed25519, under the rules of RFC 8725. One algorithm, one type, keys by id
 * from our own list only; a header with anything else in it is refused before a signature is looked at.
 */
export class AccessTokens {
  readonly #deps: AccessTokensDeps;

  constructor(deps: AccessTokensDeps) {
    this.#deps = deps;
  }

  /** A token. `expiresAt` is at most ten minutes away. */
  async mint(claims: AccessClaims): Promise<SecretBytes> {
    const { kid, key } = await this.#deps.keys.signingKey();
    const now = seconds(this.#deps.now());
    const text = await new SignJWT({
      client_id: CLIENT_ID,
      sid: claims.credential,
      sv: claims.securityVersion,
      auth_time: seconds(claims.authenticatedAt),
      amr: [...claims.methods],
    })
      .setProtectedHeader({ alg: TOKEN_ALGORITHM, typ: TOKEN_TYPE, kid })
      .setIssuer(this.#deps.issuer)
      .setAudience(this.#audience())
      .setSubject(claims.principal)
      .setIssuedAt(now)
      .setNotBefore(now)
      .setExpirationTime(Math.min(seconds(claims.expiresAt), now + MAX_ACCESS_SECONDS))
      .setJti(randomId())
      .sign(key);
    return SecretBytes.take(utf8Bytes(text));
  }

  /** What a token says, once it is known to be ours and in force. Throws `AUTH_FAILED`. */
  async verify(token: SecretBytes): Promise<AccessClaims> {
    if (token.length > MAX_TOKEN_BYTES) throw authFailed();
    const text = utf8Text(token.expose());
    const [header = '', payload = '', signature, ...rest] = text?.split('.') ?? [];
    if (text === undefined || signature === undefined || rest.length > 0) throw authFailed();
    // The library reads other spellings of the same signature too.
    if (fromBase64Url(signature)?.length !== SIGNATURE_BYTES) throw authFailed();
    const { kid } = parsePart(header, headerSchema);
    const claims = parsePart(payload, claimsSchema);
    const key = await this.#deps.keys.publicKey(kid);
    if (key === undefined) throw authFailed();
    try {
      await jwtVerify(text, key, {
        algorithms: [TOKEN_ALGORITHM],
        typ: TOKEN_TYPE,
        issuer: this.#deps.issuer,
        audience: this.#audience(),
        clockTolerance: CLOCK_SKEW_SECONDS,
        maxTokenAge: MAX_ACCESS_SECONDS,
        currentDate: this.#deps.now(),
      });
    } catch (error) {
      if (error instanceof errors.JOSEError) throw authFailed(error);
      throw error;
    }
    return {
      principal: claims.sub,
      credential: claims.sid,
      securityVersion: claims.sv,
      methods: claims.amr,
      authenticatedAt: new Date(claims.auth_time * 1000),
      expiresAt: new Date(claims.exp * 1000),
    };
  }

  #audience(): string {
    return `${this.#deps.issuer}/api`;
  }
}

/** A part of the token that can be read in one way only: parsers must not disagree about what was signed. */
function parsePart<Part>(text: string, schema: z.ZodType<Part>): Part {
  const bytes = fromBase64Url(text);
  if (bytes === undefined) throw authFailed();
  const json = parseStrictJson(bytes, { maxDepth: 2, maxValues: 64, malformed: () => authFailed() });
  const part = schema.safeParse(json);
  if (!part.success) throw authFailed();
  return part.data;
}

function seconds(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}
