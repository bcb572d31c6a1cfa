import { z } from 'zod';
import type { AuthenticationMethod, PrincipalId, Wants } from '../api/index.ts';
import { SecretBytes, toBase64Url, utf8Bytes } from '../bytes/index.ts';
import { randomBytes, randomId } from '../crypto/index.ts';
import type { CredentialUses } from './credential-uses.ts';
import { DocumentCollection, type DocumentDeps, type StoredDocument } from './document-collection.ts';

const SESSION_TOKEN_BYTES = 32;
const MAC_LABEL = 'session token';
/** A cookie is this long; anything else is none of ours. */
const SESSION_TOKEN_CHARS = 43;
const MAX_CLIENT_CHARS = 256;

const METHODS = ['pwd', 'otp', 'passkey', 'oidc', 'recovery', 'token', 'workload', 'certificate'] as const;

const sessionSchema = z.strictObject({
  principal: z.custom<PrincipalId>((id) => typeof id === 'string'),
  /** Version of the principal's security that it began under. */
  securityVersion: z.int(),
  createdAt: z.string(),
  expiresAt: z.string(),
  /** Seconds without a call after which a cookie session is over. */
  idleSeconds: z.int().positive().optional(),
  /** MAC of the cookie's value. */
  mac: z.string().optional(),
  methods: z.array(z.enum(METHODS)),
  authenticatedAt: z.string(),
  address: z.string().optional(),
  client: z.string().optional(),
  /** MAC of the device token that the log-in was answered with. */
  device: z.string().optional(),
});

/** A log-in that lasts. */
export type SessionContent = z.infer<typeof sessionSchema>;
/** A session as the catalogue has it. */
export type StoredSession = StoredDocument<SessionContent>;

/** How long sessions last, in seconds. */
export interface SessionLifetimes {
  /** Cookie sessions end when nothing was asked for this long. */
  readonly idleSeconds: number;
  readonly absoluteSeconds: number;
}

export interface NewSession {
  readonly principal: PrincipalId;
  readonly securityVersion: number;
  readonly wants: Wants;
  readonly methods: readonly AuthenticationMethod[];
  readonly lifetimes: SessionLifetimes;
  readonly address: string;
  readonly client?: string;
  readonly device?: string;
}

export interface SessionsDeps extends DocumentDeps {
  readonly now: () => Date;
  readonly uses: CredentialUses;
}

/** The log-ins that are in force. Ending one takes effect at the next call, in every process. */
export class Sessions {
  readonly #deps: SessionsDeps;
  readonly #collection: DocumentCollection<SessionContent>;

  constructor(deps: SessionsDeps) {
    this.#deps = deps;
    this.#collection = new DocumentCollection(deps, {
      name: 'sessions',
      schema: sessionSchema,
      index: ({ principal, mac, expiresAt }) => ({
        owner: principal,
        expiresAt,
        ...(mac === undefined ? {} : { lookup: mac }),
      }),
    });
  }

  /** Always a new id; the token is the cookie's value, where one is wanted, and only its MAC is kept. */
  async begin(input: NewSession): Promise<{ readonly session: StoredSession; readonly token?: SecretBytes }> {
    const now = this.#deps.now();
    const token = input.wants === 'cookie' ? freshToken() : undefined;
    const id = randomId();
    const content: SessionContent = {
      principal: input.principal,
      securityVersion: input.securityVersion,
      createdAt: now.toISOString(),
      expiresAt: new Date(now.getTime() + input.lifetimes.absoluteSeconds * 1000).toISOString(),
      methods: [...input.methods],
      authenticatedAt: now.toISOString(),
      address: input.address,
      ...(token && { mac: this.#macOf(token), idleSeconds: input.lifetimes.idleSeconds }),
      ...(input.client === undefined
        ? {}
        : { client: input.client.slice(0, MAX_CLIENT_CHARS).toWellFormed() }),
      ...(input.device === undefined ? {} : { device: this.deviceMac(input.device) }),
    };
    await this.#collection.insert(id, content);
    const session = { id, generation: 1, content };
    return { session, ...(token && { token }) };
  }

  /** The session of an id that is in force. */
  async find(id: string): Promise<StoredSession | undefined> {
    return await this.#inForce(await this.#collection.find(id));
  }

  /** Whether a session has not ended; one that idles in the middle of a long act has not. */
  async has(id: string): Promise<boolean> {
    const session = await this.#collection.find(id);
    return session !== undefined && session.content.expiresAt > this.#deps.now().toISOString();
  }

  /** The session of a cookie that is in force. */
  async findByToken(token: SecretBytes): Promise<StoredSession | undefined> {
    if (token.length !== SESSION_TOKEN_CHARS) return undefined;
    return await this.#inForce(await this.#collection.findByLookup(this.#macOf(token)));
  }

  /** Those of a principal that are in force. */
  async list(principal: string): Promise<readonly StoredSession[]> {
    const sessions: StoredSession[] = [];
    for (const session of await this.#collection.list(principal)) {
      if ((await this.#inForce(session)) !== undefined) sessions.push(session);
    }
    return sessions;
  }

  async end(id: string): Promise<void> {
    await this.#collection.remove(id);
  }

  /** Ends all of a principal, but one where it is named. */
  async endAll(principal: string, except?: string): Promise<void> {
    for (const { id } of await this.#collection.list(principal)) {
      if (id !== except) await this.end(id);
    }
  }

  /** What is kept of a device token. */
  deviceMac(device: string): string {
    return toBase64Url(this.#deps.seal.mac('session device', utf8Bytes(device)));
  }

  /** Whether a cookie session was used lately; others do not idle. */
  async isAwake({ id, content }: StoredSession): Promise<boolean> {
    const { idleSeconds, createdAt } = content;
    if (idleSeconds === undefined) return true;
    const earliest = new Date(this.#deps.now().getTime() - idleSeconds * 1000).toISOString();
    return createdAt > earliest || (await this.#deps.uses.isUsedSince(id, earliest));
  }

  async #inForce(session: StoredSession | undefined): Promise<StoredSession | undefined> {
    if (session === undefined || session.content.expiresAt <= this.#deps.now().toISOString())
      return undefined;
    return (await this.isAwake(session)) ? session : undefined;
  }

  #macOf(token: SecretBytes): string {
    return toBase64Url(this.#deps.seal.mac(MAC_LABEL, token.expose()));
  }
}

function freshToken(): SecretBytes {
  return SecretBytes.take(utf8Bytes(toBase64Url(randomBytes(SESSION_TOKEN_BYTES))));
}
