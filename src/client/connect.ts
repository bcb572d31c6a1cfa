import type { FullApi } from '../api/index.ts';
import type { SecretBytes } from '../bytes/index.ts';
import {
  fixedToken,
  renewedToken,
  suppliedToken,
  type TokenPair,
  type TokenSource,
} from './access-tokens.ts';
import { createFetchTransport } from './fetch-transport.ts';
import { createHttpsTransport } from './https-transport.ts';
import { remoteApi } from './remote-api.ts';
import { createRemoteIdentity, type RemoteIdentity } from './remote-identity.ts';
import { parseServerAddress } from './server-address.ts';
import type { ServerTrust } from './server-trust.ts';
import type { Transport } from './transport.ts';
import { Wire } from './wire.ts';

/** Longest silence of the server unless it is said otherwise. */
const SILENCE_MS = 120_000;
const USER_AGENT = 'strongroom-client';

/** Who asks. */
export type ClientCredential =
  /** A personal (`srp_`) or service-account (`srs_`) token, as it is. */
  | { readonly kind: 'token'; readonly token: SecretBytes }
  /**
   * What a log-in gave. Access tokens are renewed in time; `onRenewed` keeps the new pair, because a refresh token works
   * once.
   */
  | {
      readonly kind: 'log-in';
      readonly tokens: TokenPair;
      readonly onRenewed?: (tokens: TokenPair) => Promise<void>;
    }
  /** Renews elsewhere: under a lock that several processes share, say. */
  | {
      readonly kind: 'renewed';
      readonly tokens: TokenPair;
      readonly renew: (before: TokenPair) => Promise<TokenPair>;
    }
  /** Asked before every request: an access token that the platform of a workload was exchanged for. */
  | { readonly kind: 'supplied'; readonly supply: () => Promise<SecretBytes> };

export interface ConnectOptions {
  /** `https://host:port`. */
  readonly server: string;
  /** How the server proves itself; by default by a certificate that the system trusts. */
  readonly trust?: ServerTrust;
  /** Absent: only what needs no credential, such as logging in. */
  readonly credential?: ClientCredential;
  /** Longest silence of the server in milliseconds while something is due from it; by default two minutes. */
  readonly silenceMs?: number;
  /** Carries the requests instead of our own connections; then `trust` and `silenceMs` are its business. */
  readonly fetch?: typeof fetch;
  /** How this program calls itself to the server. */
  readonly userAgent?: string;
  /** Known-device token of an earlier log-in. */
  readonly device?: string;
}

/** A strongroom on a server. */
export interface RemoteStrongroom extends AsyncDisposable {
  readonly api: FullApi;
  /** Log-in and all else that works without a credential. */
  readonly identity: RemoteIdentity;
  close(): Promise<void>;
}

/** Reaches a server; the first request connects. Throws `INPUT_INVALID` for an address that is none. */
export function connectStrongroom(options: ConnectOptions): RemoteStrongroom {
  const transport = transportOf(options);
  const userAgent = options.userAgent ?? USER_AGENT;
  const open = new Wire({ transport, userAgent, device: options.device });
  const identity = createRemoteIdentity(open);
  const tokens = options.credential && tokenSource(options.credential, identity);
  const wire = new Wire({ transport, userAgent, tokens });
  const close = (): Promise<void> => {
    transport.close();
    return Promise.resolve();
  };
  return { api: remoteApi(wire), identity, close, [Symbol.asyncDispose]: close };
}

function transportOf({ server, trust = {}, silenceMs = SILENCE_MS, fetch: send }: ConnectOptions): Transport {
  const address = parseServerAddress(server);
  if (send !== undefined) return createFetchTransport(address, send);
  return createHttpsTransport({ address, trust, silenceMs });
}

function tokenSource(credential: ClientCredential, identity: RemoteIdentity): TokenSource {
  const { kind } = credential;
  if (kind === 'token') return fixedToken(credential.token);
  if (kind === 'supplied') return suppliedToken(credential.supply);
  const { tokens } = credential;
  const now = (): number => Date.now();
  if (kind === 'renewed') return renewedToken({ tokens, renew: credential.renew, now });
  const { onRenewed } = credential;
  const renew = async ({ refreshToken }: TokenPair): Promise<TokenPair> => {
    const renewed = await identity.refresh({ refreshToken });
    await onRenewed?.(renewed);
    return renewed;
  };
  return renewedToken({ tokens, renew, now });
}
