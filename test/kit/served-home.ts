import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { FullApi } from '../../src/api/index.ts';
import { SecretBytes, utf8Bytes } from '../../src/bytes/index.ts';
import { type ClientCredential, connectStrongroom, type RemoteStrongroom } from '../../src/client/index.ts';
import { initHome, type Serving, serveOverHttps } from '../../src/open/index.ts';
import { CHEAP_HASHING, SCANNER, temporaryFolder, trustUnknown } from './temporary-home.ts';

const ROOT_PASSWORD = 'walnut tractor velvet oboe nine';

/** A home that is served over real TLS, and its first administrator. */
export interface ServedHome {
  readonly folder: string;
  readonly home: string;
  readonly serving: Serving;
  /** Lower-case hex. */
  readonly pin: string;
  /** The administrator, with a log-in of now. */
  readonly root: RemoteStrongroom;
  readonly rootTokens: Extract<ClientCredential, { kind: 'log-in' }>['tokens'];
}

/** A secret out of text. */
export function secretOf(text: string): SecretBytes {
  return SecretBytes.take(utf8Bytes(text));
}

/** SHA-256 of the certificate of a server, as the client compares it. */
export function pinOf({ certificate }: Serving): string {
  return certificate.fingerprint.replaceAll(':', '').toLowerCase();
}

/** Serves a home on a port that is free, or the one given. */
export async function serveHome(home: string, port = 0): Promise<Serving> {
  return await serveOverHttps({
    home,
    listen: `localhost:${port}`,
    scanner: SCANNER,
    logTo: { write: () => undefined },
    env: CHEAP_HASHING,
    // Tests share the machine with each other; load is shed in a test of its own.
    limits: { maxEventLoopDelayMs: 600_000 },
  });
}

/** Connects to a home that is served; closed after the test. */
function connectTo(
  t: Pick<TestContext, 'after'>,
  { serving, pin }: Pick<ServedHome, 'serving' | 'pin'>,
  credential?: ClientCredential,
): RemoteStrongroom {
  const remote = connectStrongroom({
    server: serving.url,
    trust: { certificateSha256: pin },
    ...(credential && { credential }),
  });
  t.after(() => remote.close());
  return remote;
}

/** A fresh home, served, with an administrator who just logged in, where `acme` lets in what no reader knows. */
export async function servedHome(t: Pick<TestContext, 'after'>): Promise<ServedHome> {
  const folder = await temporaryFolder(t);
  const home = join(folder, 'home');
  await initHome({ home });
  const serving = await serveHome(home);
  t.after(() => serving.close());
  const pin = pinOf(serving);
  const rootTokens = await connectTo(t, { serving, pin }).identity.bootstrap({
    token: serving.bootstrapToken!,
    name: 'root',
    password: secretOf(ROOT_PASSWORD),
  });
  const root = connectTo(t, { serving, pin }, { kind: 'log-in', tokens: rootTokens });
  await trustUnknown(root);
  return { folder, home, serving, pin, root, rootTokens };
}

/** A service account with a role at a place, and its API. */
export async function programWith(
  t: Pick<TestContext, 'after'>,
  served: ServedHome,
  granted: { readonly name: string; readonly role: string; readonly on: 'everything' | 'acme' },
): Promise<{ readonly api: FullApi; readonly tokenId: string; readonly secret: SecretBytes }> {
  const { name, role, on } = granted;
  const { id: principal } = await served.root.api.serviceAccounts.create({ name });
  await served.root.api.grants.create({ principal, role, on: on as 'everything' });
  const { token, secret } = await served.root.api.tokens.create({ name: 'test', owner: principal });
  const remote = connectTo(t, served, { kind: 'token', token: secret });
  return { api: remote.api, tokenId: token.id, secret };
}

/** Another person with a role on everything, invited and logged in. */
export async function personWith(
  t: Pick<TestContext, 'after'>,
  served: ServedHome,
  { name, role }: { readonly name: string; readonly role: string },
): Promise<FullApi> {
  const { user, invitation } = await served.root.api.users.invite({ name });
  await served.root.api.grants.create({ principal: user.id, role, on: 'everything' });
  const tokens = await connectTo(t, served).identity.acceptInvitation({
    token: invitation.token,
    password: secretOf(`${ROOT_PASSWORD} of ${name}`),
  });
  if (tokens.kind !== 'logged-in') throw new Error('a second factor from nowhere');
  return connectTo(t, served, { kind: 'log-in', tokens }).api;
}
