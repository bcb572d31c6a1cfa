import { z } from 'zod';
import type { Passkey, PrincipalId } from '../api/index.ts';
import { fromBase64Url, SecretBytes, toBase64Url, utf8Bytes } from '../bytes/index.ts';
import { randomBytes, randomId } from '../crypto/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import { authFailed } from './auth-failed.ts';
import { DocumentCollection, type DocumentDeps, type StoredDocument } from './document-collection.ts';
import {
  authenticationResponseSchema,
  challengeOf,
  registrationResponseSchema,
} from './passkey-responses.ts';
import { SingleUses } from './single-use.ts';

const CHALLENGE_BYTES = 32;
/** How long a browser may take. */
const CHALLENGE_SECONDS = 300;
/** Most passkeys of one user. */
const MAX_PASSKEYS = 20;
/** EdDSA, ES256, RS256 (RFC 9053, RFC 8812): what authenticators have. */
const ALGORITHMS = [-8, -7, -257];
const NAME = /^[^\p{Cc}]{1,64}$/u;

const passkeySchema = z.strictObject({
  user: z.custom<PrincipalId>((id) => typeof id === 'string'),
  name: z.string(),
  credentialId: z.string(),
  publicKey: z.string(),
  counter: z.int(),
  transports: z.array(z.string()).max(8),
  isSynced: z.boolean(),
  createdAt: z.string(),
  lastUsedAt: z.string().optional(),
  /** The counter went back once: there may be a copy of the authenticator. Synced passkeys have none. */
  isSuspect: z.boolean().optional(),
});
type PasskeyContent = z.infer<typeof passkeySchema>;
type StoredPasskey = StoredDocument<PasskeyContent>;

const challengeSchema = z.strictObject({
  purpose: z.enum(['register', 'log-in']),
  user: z.string().optional(),
});

/** This server as browsers know it. */
export interface RelyingParty {
  /** Host name that passkeys are bound to. */
  readonly id: string;
  readonly name: string;
  /** Addresses that the browser may be at. */
  readonly origins: readonly string[];
}

export interface PasskeysDeps extends DocumentDeps {
  readonly relyingParty: RelyingParty;
  readonly now: () => Date;
}

/** What a passkey proved. */
export interface PasskeyProof {
  readonly user: PrincipalId;
  /** Whether it was asked for as the second factor of a user who had given the password. */
  readonly isSecondFactor: boolean;
  /** The counter went back: to be reported. */
  readonly isSuspect: boolean;
}

/** Passkeys (WebAuthn Level 3): discoverable, with user verification, without attestation. */
export class Passkeys {
  readonly #deps: PasskeysDeps;
  readonly #collection: DocumentCollection<PasskeyContent>;
  readonly #challenges: SingleUses<z.infer<typeof challengeSchema>>;

  constructor(deps: PasskeysDeps) {
    this.#deps = deps;
    this.#collection = new DocumentCollection(deps, {
      name: 'passkeys',
      schema: passkeySchema,
      index: ({ user, credentialId }) => ({ owner: user, lookup: credentialId }),
    });
    this.#challenges = new SingleUses(deps, {
      name: 'passkey-challenges',
      schema: challengeSchema,
      now: deps.now,
    });
  }

  async list(user: string): Promise<readonly Passkey[]> {
    return (await this.#collection.list(user)).map(shown);
  }

  /** Throws `PASSKEY_MISSING`; somebody else's is none of yours. */
  async remove(user: string, id: string): Promise<void> {
    const found = await this.#collection.find(id);
    if (found?.content.user !== user)
      throw new StrongroomError('PASSKEY_MISSING', 'there is no such passkey');
    await this.#collection.remove(id);
  }

  async removeAll(user: string): Promise<void> {
    for (const { id } of await this.#collection.list(user)) await this.#collection.remove(id);
  }

  /** Creation options for the browser. */
  async beginRegistration(user: PrincipalId, label: string): Promise<unknown> {
    const known = await this.#collection.list(user);
    if (known.length >= MAX_PASSKEYS)
      throw new StrongroomError('INPUT_INVALID', `there are ${MAX_PASSKEYS} passkeys already`);
    const challenge = await this.#challenge({ purpose: 'register', user });
    const { generateRegistrationOptions } = await webauthn();
    return await generateRegistrationOptions({
      supportedAlgorithmIDs: ALGORITHMS,
      rpID: this.#deps.relyingParty.id,
      rpName: this.#deps.relyingParty.name,
      userName: label,
      // Not the id itself: authenticators show the handle to whoever holds them.
      userID: Uint8Array.from(this.#deps.seal.mac('passkey user handle', utf8Bytes(user))),
      challenge,
      timeout: CHALLENGE_SECONDS * 1000,
      attestationType: 'none',
      excludeCredentials: known.map(({ content }) => ({ id: content.credentialId })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
  }

  /** Throws `AUTH_FAILED` for an answer that is none to our question. */
  async confirmRegistration(user: PrincipalId, name: string, response: unknown): Promise<Passkey> {
    if (!NAME.test(name) || !name.isWellFormed())
      throw new StrongroomError('INPUT_INVALID', 'a passkey has a name of 1 to 64 characters');
    const parsed = registrationResponseSchema.safeParse(response);
    if (!parsed.success) throw authFailed();
    const challenge = await this.#takeChallenge(parsed.data, 'register');
    if (challenge.user !== user) throw authFailed();
    const { verifyRegistrationResponse } = await webauthn();
    const info = await orFailed(async () => {
      const verified = await verifyRegistrationResponse({
        response: parsed.data,
        expectedChallenge: challenge.text,
        expectedOrigin: [...this.#deps.relyingParty.origins],
        expectedRPID: this.#deps.relyingParty.id,
        requireUserVerification: true,
        supportedAlgorithmIDs: ALGORITHMS,
      });
      return verified.registrationInfo;
    });
    if (info === undefined) throw authFailed();
    const content: PasskeyContent = {
      user,
      name,
      credentialId: info.credential.id,
      publicKey: toBase64Url(info.credential.publicKey),
      counter: info.credential.counter,
      transports: [...(parsed.data.response.transports ?? [])],
      isSynced: info.credentialBackedUp,
      createdAt: this.#deps.now().toISOString(),
    };
    return shown(await this.#insert(content));
  }

  /** Request options for the browser; for a user who gave the password already, or for whoever has a passkey. */
  async beginLogIn(user?: string): Promise<{ readonly id: string; readonly options: unknown }> {
    const challenge = await this.#challenge({ purpose: 'log-in', ...(user === undefined ? {} : { user }) });
    const known = user === undefined ? [] : await this.#collection.list(user);
    const { generateAuthenticationOptions } = await webauthn();
    const options = await generateAuthenticationOptions({
      rpID: this.#deps.relyingParty.id,
      challenge,
      timeout: CHALLENGE_SECONDS * 1000,
      userVerification: 'required',
      allowCredentials: known.map(({ content }) => ({ id: content.credentialId })),
    });
    return { id: options.challenge, options };
  }

  /** Who it is. Throws `AUTH_FAILED`. */
  async finishLogIn(id: string, response: unknown): Promise<PasskeyProof> {
    const parsed = authenticationResponseSchema.safeParse(response);
    if (!parsed.success) throw authFailed();
    const challenge = await this.#takeChallenge(parsed.data, 'log-in');
    const stored = await this.#collection.findByLookup(parsed.data.id);
    if (challenge.text !== id || stored === undefined) throw authFailed();
    const { content } = stored;
    const isSecondFactor = challenge.user !== undefined;
    if (challenge.user !== undefined && challenge.user !== content.user) throw authFailed();
    const { verifyAuthenticationResponse } = await webauthn();
    const { authenticationInfo, verified } = await orFailed(() =>
      verifyAuthenticationResponse({
        response: parsed.data,
        expectedChallenge: challenge.text,
        expectedOrigin: [...this.#deps.relyingParty.origins],
        expectedRPID: this.#deps.relyingParty.id,
        requireUserVerification: true,
        credential: {
          id: content.credentialId,
          publicKey: fromBase64Url(content.publicKey) ?? new Uint8Array(0),
          // The library would refuse a counter that went back; it may be a flaw of the authenticator, so we report it.
          counter: 0,
        },
      }),
    );
    if (!verified) throw authFailed();
    const isSuspect = await this.#noteUse(stored, authenticationInfo.newCounter);
    return { user: content.user, isSecondFactor, isSuspect };
  }

  async #noteUse({ id }: StoredPasskey, counter: number): Promise<boolean> {
    let isSuspect = false;
    await this.#collection.update(id, (content) => {
      isSuspect = counter <= content.counter && (counter > 0 || content.counter > 0);
      const flag = isSuspect || content.isSuspect === true ? { isSuspect: true } : {};
      const lastUsedAt = this.#deps.now().toISOString();
      return { ...content, ...flag, lastUsedAt, counter: Math.max(counter, content.counter) };
    });
    return isSuspect;
  }

  async #insert(content: PasskeyContent): Promise<StoredPasskey> {
    const id = randomId();
    try {
      await this.#collection.insert(id, content);
    } catch (error) {
      if (isStrongroomError(error, 'STORAGE_CONFLICT')) throw authFailed(error);
      throw error;
    }
    return { id, generation: 1, content };
  }

  async #challenge(content: z.infer<typeof challengeSchema>): Promise<Uint8Array<ArrayBuffer>> {
    const challenge = randomBytes(CHALLENGE_BYTES);
    await this.#challenges.make(secretOf(toBase64Url(challenge)), content, { seconds: CHALLENGE_SECONDS });
    return challenge;
  }

  /** Takes the challenge that an answer is to, before anything of the answer is believed. */
  async #takeChallenge(
    { response }: { readonly response: { readonly clientDataJSON: string } },
    purpose: 'register' | 'log-in',
  ): Promise<{ readonly text: string; readonly user: string | undefined }> {
    const text = challengeOf(response.clientDataJSON);
    if (text === undefined) throw authFailed();
    const found = await this.#challenges.find(secretOf(text));
    if (found === undefined || found.content.purpose !== purpose) throw authFailed();
    if (!(await this.#challenges.take(found))) throw authFailed();
    return { text, user: found.content.user };
  }
}

/** Loaded when the first passkey comes: the library is large, and most processes never see one. */
function webauthn() {
  return import('@simplewebauthn/server');
}

function secretOf(challenge: string): SecretBytes {
  return SecretBytes.take(utf8Bytes(challenge));
}

function shown({ id, content }: StoredPasskey): Passkey {
  const { name, createdAt, lastUsedAt, isSynced } = content;
  return { id, name, createdAt, isSynced, ...(lastUsedAt === undefined ? {} : { lastUsedAt }) };
}

/** The library throws whatever it meets first; every refusal is the same to whoever asked. */
async function orFailed<Result>(verify: () => Promise<Result>): Promise<Result> {
  try {
    return await verify();
  } catch (error) {
    throw authFailed(error);
  }
}
