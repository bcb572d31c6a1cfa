import { join } from 'node:path';
import { SecretBytes, utf8Bytes } from '../bytes/index.ts';
import {
  awaitBrowser,
  type ClientCredential,
  connectStrongroom,
  lookAtCertificate,
  parseServerAddress,
  type ServerTrust,
  type TokenPair,
} from '../client/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import { readSmallFile } from '../storage/index.ts';
import type { CliContext } from './context.ts';
import { readAuthorities } from './named-files.ts';
import type { OpenHome } from './operations.ts';
import type { RemoteOperations, ServerRecord } from './remote-operations.ts';
import { MAX_SECRET_BYTES, secretText } from './secrets.ts';
import { readRecord, withRecordLock, writeRecord } from './server-records.ts';
import { escapeText } from './terminal.ts';
import { packageVersion } from './version.ts';

type Env = CliContext['env'];

/** A token that another process renewed is taken over when it lasts this much longer. */
const FRESH_MS = 60_000;

/** Work with servers, wired to the client and to what this machine remembers. */
export function createRemoteOperations(env: Env): RemoteOperations {
  const folder = (): string => recordFolder(env);
  return {
    serverOrigin: (text) => parseServerAddress(text).origin,
    lookAtServer: (server, signal) => lookAtCertificate(parseServerAddress(server), signal),
    reachServer: ({ server, trust, device }) =>
      connectStrongroom({ server, trust, userAgent: userAgent(), ...(device !== undefined && { device }) }),
    openServerAs: (record) => openAs(record, env),
    async openServer(server) {
      const token = await tokenOf(env);
      // A token comes from outside, often to where nothing can be remembered.
      const place = token === undefined ? folder() : findRecordFolder(env);
      const known = place === undefined ? undefined : await readRecord(place, server);
      const trust = (await trustOf(env)) ?? known?.trust ?? {};
      if (token !== undefined) return openAs({ server, trust, token }, env);
      if (known !== undefined) return openAs({ ...known, trust }, env);
      throw nobody(server);
    },
    trustOfEnvironment: () => trustOf(env),
    readAuthorities,
    readServerRecord: (server) => readRecord(folder(), server),
    saveServerRecord: (record) => writeRecord(folder(), record),
    awaitBrowser,
  };
}

function openAs(record: ServerRecord, env: Env): OpenHome {
  const { server, trust } = record;
  const remote = connectStrongroom({
    server,
    trust,
    userAgent: userAgent(),
    credential: credentialOf(record, env),
  });
  return { api: remote.api, close: () => remote.close() };
}

function credentialOf(record: ServerRecord, env: Env): ClientCredential {
  const { tokens, token } = record;
  if (token !== undefined) return { kind: 'token', token };
  if (tokens === undefined) throw nobody(record.server);
  return { kind: 'renewed', tokens, renew: (before) => renew(record, before, env) };
}

/** Renews tokens for all processes of this user: one asks, the others take what it got. */
function renew(record: ServerRecord, before: TokenPair, env: Env): Promise<TokenPair> {
  const { server, trust } = record;
  return withRecordLock(recordFolder(env), server, async () => {
    const known = await readRecord(recordFolder(env), server);
    const { tokens } = known ?? {};
    if (known === undefined || tokens === undefined) throw nobody(server);
    const isRenewed = tokens.accessExpiresAt !== before.accessExpiresAt;
    if (isRenewed && tokens.accessExpiresAt - Date.now() > FRESH_MS) return tokens;
    await using reached = connectStrongroom({ server, trust, userAgent: userAgent() });
    const renewed = await reached.identity
      .refresh({ refreshToken: tokens.refreshToken })
      .catch(ended(server));
    const { accessToken, accessExpiresAt, refreshToken } = renewed;
    const pair = { accessToken, accessExpiresAt, refreshToken };
    await writeRecord(recordFolder(env), { ...known, tokens: pair });
    return pair;
  });
}

function ended(server: string): (error: unknown) => never {
  return (error) => {
    if (!isStrongroomError(error, 'AUTH_FAILED')) throw error;
    throw new StrongroomError('AUTH_FAILED', `the log-in to ${server} has ended`, {
      cause: error,
      hint: `log in again: strongroom login --server ${server}`,
    });
  };
}

function nobody(server: string): StrongroomError {
  return new StrongroomError('AUTH_FAILED', `nobody is logged in to ${server}`, {
    hint: `strongroom login --server ${server}, or name a token in STRONGROOM_TOKEN_FILE`,
  });
}

async function tokenOf(env: Env): Promise<SecretBytes | undefined> {
  const path = present(env['STRONGROOM_TOKEN_FILE']);
  const text = path === undefined ? present(env['STRONGROOM_TOKEN']) : await readTokenFile(path);
  return text === undefined ? undefined : SecretBytes.take(utf8Bytes(text.trim()));
}

async function readTokenFile(path: string): Promise<string> {
  const bytes = await readSmallFile(path, MAX_SECRET_BYTES);
  if (bytes === undefined)
    throw new StrongroomError('STORAGE_MISSING', `there is no token file ${escapeText(path)}`);
  return secretText(bytes, path);
}

async function trustOf(env: Env): Promise<ServerTrust | undefined> {
  const pin = present(env['STRONGROOM_PIN']);
  const path = present(env['STRONGROOM_CA_FILE']);
  if (pin !== undefined) return { certificateSha256: parseFingerprint(pin) };
  return path === undefined ? undefined : { authorities: await readAuthorities(path) };
}

/** SHA-256 of a certificate, with or without colons. Throws `INPUT_INVALID`. */
export function parseFingerprint(text: string): string {
  const digits = text.replaceAll(':', '').toLowerCase();
  if (/^[0-9a-f]{64}$/.test(digits)) return digits;
  throw new StrongroomError('INPUT_INVALID', 'not the SHA-256 fingerprint of a certificate', {
    hint: 'give the 64 hexadecimal digits that strongroom serve shows; colons are fine',
  });
}

/** Where this machine keeps what it remembers of servers. Throws `CONFIG_INVALID`. */
function recordFolder(env: Env): string {
  const folder = findRecordFolder(env);
  if (folder !== undefined) return folder;
  throw new StrongroomError('CONFIG_INVALID', 'there is no place to remember a log-in', {
    hint: 'set HOME or XDG_STATE_HOME, or use STRONGROOM_TOKEN_FILE',
  });
}

/** By the XDG base directories. */
function findRecordFolder(env: Env): string | undefined {
  const state = present(env['XDG_STATE_HOME']);
  const home = present(env['HOME']) ?? present(env['USERPROFILE']);
  if (state !== undefined) return join(state, 'strongroom', 'servers');
  return home && join(home, '.local', 'state', 'strongroom', 'servers');
}

function userAgent(): string {
  return `strongroom/${packageVersion()}`;
}

function present(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
}
