// A real home, served over real TLS on a free port of this machine, and callers with the roles that a test needs.
import { readFile } from 'node:fs/promises';
import { Agent, type RequestOptions, request } from 'node:https';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import { principalId, type StrongroomApi } from '../../src/api/index.ts';
import { utf8Text } from '../../src/bytes/index.ts';
import type { ServerLimits } from '../../src/http/index.ts';
import { initHome, openStrongroom, type Serving, serveOverHttps } from '../../src/open/index.ts';
import { CHEAP_HASHING, SCANNER, temporaryFolder, trustUnknown } from '../kit/temporary-home.ts';

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
  readonly text: string;
  /** The body as JSON; `undefined` where it is none. */
  readonly json: Readonly<Record<string, unknown>>;
}

export interface Call {
  readonly method?: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, with its content type. */
  readonly json?: unknown;
  /** Sent as it is. */
  readonly body?: string | Uint8Array | Readable;
  /** Told when the answer begins. */
  readonly onAnswer?: () => void;
}

export interface ServedHome {
  readonly home: string;
  readonly serving: Serving;
  readonly port: number;
  readonly ca: string;
  readonly logLines: string[];
  /** Of a service account that holds the role everywhere; without a role it holds nothing. */
  tokenOf(role?: string): Promise<string>;
  call(path: string, call?: Call): Promise<Answer>;
  /** The same by POST with the header alone, which promises a body that never comes. */
  announce(path: string, call: Pick<Call, 'token' | 'headers'>): Promise<Answer>;
  /** The home, by the side of the server, as its owner has it. */
  withOwner<T>(work: (api: StrongroomApi) => Promise<T>): Promise<T>;
}

export const MODEL = '/api/v1/models/acme/churn';

/** Serves a fresh home until the test ends. */
export async function serveHome(
  t: Pick<TestContext, 'after'>,
  options: { readonly limits?: Partial<ServerLimits>; readonly config?: Record<string, string> } = {},
): Promise<ServedHome> {
  const folder = await temporaryFolder(t);
  const home = join(folder, 'home');
  await initHome({ home });
  const logLines: string[] = [];
  const serving = await serveOverHttps({
    home,
    listen: 'localhost:0',
    scanner: SCANNER,
    logTo: { write: (line) => logLines.push(line) },
    // What these tests do looks like an attack; the guard has tests of its own.
    env: { ...CHEAP_HASHING, STRONGROOM_INTRUSION_MODE: 'off', ...options.config },
    ...(options.limits && { limits: options.limits }),
  });
  t.after(() => serving.close());
  const ca = await readFile(join(home, 'tls', 'tls.crt'), 'utf8');
  const agent = new Agent({ ca, keepAlive: true });
  t.after(() => agent.destroy());
  const port = Number(new URL(serving.url).port);
  const withOwner = async <T>(work: (api: StrongroomApi) => Promise<T>): Promise<T> => {
    await using strongroom = await openStrongroom({ home });
    return await work(strongroom.api);
  };
  await withOwner((api) => trustUnknown({ api }));
  let count = 0;
  return {
    home,
    serving,
    port,
    ca,
    logLines,
    withOwner,
    call: (path, call = {}) => send({ agent, host: 'localhost', port, path }, call),
    announce: (path, call) =>
      send(
        { agent: false, ca, host: 'localhost', port, path },
        { ...call, method: 'POST', isAnnounced: true },
      ),
    tokenOf: (role) =>
      withOwner(async (api) => {
        const name = `robot-${(count += 1)}`;
        const owner = principalId('service-account', name);
        await api.serviceAccounts.create({ name });
        if (role !== undefined) await api.grants.create({ principal: owner, role, on: 'everything' });
        const { secret } = await api.tokens.create({ name, owner });
        return utf8Text(secret.expose()) ?? '';
      }),
  };
}

/** One version of acme/churn with these files, put by the owner. */
export async function putVersion(
  served: ServedHome,
  files: Readonly<Record<string, Buffer | string>>,
): Promise<void> {
  const { putOf } = await import('../kit/temporary-home.ts');
  await served.withOwner((api) => api.versions.put(putOf('acme/churn', files)));
}

function send(
  options: RequestOptions,
  {
    method = 'GET',
    token,
    headers = {},
    json,
    body,
    onAnswer,
    isAnnounced = false,
  }: Call & { isAnnounced?: boolean },
): Promise<Answer> {
  const content = json === undefined ? body : JSON.stringify(json);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        ...options,
        method,
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(json !== undefined && { 'content-type': 'application/json' }),
          ...(content !== undefined &&
            !(content instanceof Readable) && { 'content-length': String(Buffer.byteLength(content)) }),
          ...headers,
        },
      },
      (incoming) => {
        onAnswer?.();
        const parts: Buffer[] = [];
        incoming.on('data', (part: Buffer) => parts.push(part));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const bytes = Buffer.concat(parts);
          const text = bytes.toString('utf8');
          if (isAnnounced) outgoing.destroy();
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            bytes,
            text,
            json: parsed(text),
          });
        });
      },
    );
    outgoing.on('error', reject);
    if (isAnnounced) outgoing.flushHeaders();
    else if (content instanceof Readable) content.pipe(outgoing);
    else outgoing.end(content);
  });
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
