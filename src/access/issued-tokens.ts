import { z } from 'zod';
import { plainAddress } from '../abuse/index.ts';
import { type Ceiling, type PrincipalId, type Token } from '../api/index.ts';
import { type SecretBytes, toBase64Url } from '../bytes/index.ts';
import { randomId } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { type IpNetwork, isInNetwork, parseIpNetwork } from '../network/index.ts';
import { ceilingSchema } from './ceiling.ts';
import type { CredentialUses } from './credential-uses.ts';
import { DocumentCollection, type DocumentDeps, type StoredDocument } from './document-collection.ts';
import { hintOfToken, mintToken } from './token-text.ts';

const MAC_LABEL = 'issued token';
/** Most networks that one token may name. */
const MAX_ADDRESSES = 32;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._@ -]{0,63}$/;
/** Most tokens that one principal may have at a time. */
const MAX_TOKENS = 200;

const tokenSchema = z.strictObject({
  owner: z.custom<PrincipalId>((id) => typeof id === 'string'),
  name: z.string(),
  hint: z.string(),
  mac: z.string(),
  createdAt: z.string(),
  createdBy: z.string(),
  /** Version of the owner's security that it was made under. */
  securityVersion: z.int(),
  expiresAt: z.string(),
  ceiling: ceilingSchema,
  addresses: z.array(z.string()).max(MAX_ADDRESSES),
});
type TokenContent = z.infer<typeof tokenSchema>;
/** A token as the catalogue has it. */
export type StoredToken = StoredDocument<TokenContent>;

export interface IssuedTokensDeps extends DocumentDeps {
  readonly uses: CredentialUses;
  readonly now: () => Date;
}

export interface NewToken {
  readonly owner: PrincipalId;
  readonly name: string;
  readonly createdBy: string;
  readonly securityVersion: number;
  readonly expiresAt: string;
  readonly ceiling: Ceiling;
  readonly addresses: readonly string[];
}

/** The long-lived tokens of users and service accounts. Only a MAC of each is kept; revoking one removes it. */
export class IssuedTokens {
  readonly #deps: IssuedTokensDeps;
  readonly #collection: DocumentCollection<TokenContent>;

  constructor(deps: IssuedTokensDeps) {
    this.#deps = deps;
    this.#collection = new DocumentCollection(deps, {
      name: 'tokens',
      schema: tokenSchema,
      index: ({ owner, mac, expiresAt }) => ({ owner, lookup: mac, expiresAt }),
    });
  }

  /** Throws `TOKEN_INVALID` for a name or network that is none, and `TOKEN_INVALID` for more than 200 of an owner. */
  async create(input: NewToken): Promise<{ readonly token: Token; readonly secret: SecretBytes }> {
    if (!NAME.test(input.name))
      throw invalid('a token has a name of 1 to 64 letters, digits, blanks and . _ @ -');
    assertNetworks(input.addresses);
    if ((await this.#collection.list(input.owner)).length >= MAX_TOKENS)
      throw invalid(`${input.owner} has ${MAX_TOKENS} tokens already`);
    const secret = mintToken(input.owner.startsWith('service-account:') ? 'service-account' : 'personal');
    const content: TokenContent = {
      ...input,
      ceiling: copyOf(input.ceiling),
      addresses: [...input.addresses],
      hint: hintOfToken(secret),
      mac: this.#macOf(secret),
      createdAt: this.#deps.now().toISOString(),
    };
    const id = randomId();
    await this.#collection.insert(id, content);
    return { token: await this.#shown({ id, generation: 1, content }), secret };
  }

  /** Those in force, of one owner or of all. */
  async list(owner?: PrincipalId): Promise<readonly Token[]> {
    const stored = (await this.#collection.list(owner)).filter((token) => this.#isInForce(token));
    return await Promise.all(stored.map((token) => this.#shown(token)));
  }

  /** The one of an id, if it is in force. */
  async find(id: string): Promise<StoredToken | undefined> {
    const stored = await this.#collection.find(id);
    return stored && this.#isInForce(stored) ? stored : undefined;
  }

  /** The one that is in force and has this secret. */
  async findBySecret(secret: SecretBytes): Promise<StoredToken | undefined> {
    const stored = await this.#collection.findByLookup(this.#macOf(secret));
    return stored && this.#isInForce(stored) ? stored : undefined;
  }

  /** From now on it is refused, in every process. */
  async revoke(id: string): Promise<void> {
    await this.#collection.remove(id);
  }

  #isInForce({ content }: StoredToken): boolean {
    return Date.parse(content.expiresAt) > this.#deps.now().getTime();
  }

  async #shown({ id, content }: StoredToken): Promise<Token> {
    const { mac: _mac, createdBy: _createdBy, securityVersion: _version, ceiling, ...shown } = content;
    const use = await this.#deps.uses.lastOf(id);
    return {
      id,
      ...shown,
      ceiling: ceiling as Ceiling,
      ...(use && { lastUsedAt: use.at, lastUsedFrom: use.from }),
    };
  }

  #macOf(secret: SecretBytes): string {
    return toBase64Url(this.#deps.seal.mac(MAC_LABEL, secret.expose()));
  }
}

/** Whether an address lies in one of these networks; without any, every address will do. */
export function isFrom(address: string, networks: readonly string[]): boolean {
  if (networks.length === 0) return true;
  const bytes = plainAddress(address);
  return bytes !== undefined && networks.some((text) => isInNetwork(bytes, networkOf(text)));
}

/** Whether every network of `inner` lies in one of `outer`; without any in `outer`, it does. */
export function areWithin(inner: readonly string[], outer: readonly string[]): boolean {
  if (outer.length === 0) return true;
  const wider = outer.map(networkOf);
  return (
    inner.length > 0 &&
    inner
      .map(networkOf)
      .every(({ base, bits }) => wider.some((net) => bits >= net.bits && isInNetwork(base, net)))
  );
}

function assertNetworks(addresses: readonly string[]): void {
  if (addresses.length > MAX_ADDRESSES) throw invalid(`a token names at most ${MAX_ADDRESSES} networks`);
  for (const text of addresses) networkOf(text);
}

function networkOf(text: string): IpNetwork {
  const network = parseIpNetwork(text);
  if (network === undefined)
    throw invalid('a network is written as 10.0.0.0/8, 2001:db8::/32 or one address');
  return network;
}

function copyOf({ permissions, places }: Ceiling): TokenContent['ceiling'] {
  return { ...(permissions && { permissions: [...permissions] }), ...(places && { places: [...places] }) };
}

function invalid(message: string): StrongroomError {
  return new StrongroomError('TOKEN_INVALID', message);
}
