import { writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Permission } from '../../src/api/index.ts';
import { utf8Text } from '../../src/bytes/index.ts';
import { initHome, openStrongroom, type Serving, serveOverHttps } from '../../src/open/index.ts';
import { CHEAP_HASHING, temporaryFolder } from '../kit/temporary-home.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

export interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Served {
  readonly home: string;
  readonly serving: Serving;
  readonly lines: string[];
  readonly ask: (asked: Asked) => Promise<Answer>;
}

/** A fresh home with a configuration, served over HTTPS until the test ends. */
export async function serve(t: TestContext, config: string): Promise<Served> {
  const home = join(await temporaryFolder(t), 'home');
  await initHome({ home });
  await writeFile(join(home, 'config.toml'), config, { mode: 0o600 });
  const lines: string[] = [];
  const serving = await serveOverHttps({
    home,
    listen: 'localhost:0',
    env: CHEAP_HASHING,
    // The machine may be busy with other tests.
    limits: { maxEventLoopDelayMs: 0 },
    logTo: { write: (text) => void lines.push(...text.trimEnd().split('\n')) },
  });
  t.after(() => serving.close());
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  t.after(() => agent.destroy());
  return { home, serving, lines, ask: (asked) => ask({ url: serving.url, agent }, asked) };
}

function ask(
  { url, agent }: { readonly url: string; readonly agent: Agent },
  { method = 'GET', path, headers = {}, body }: Asked,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { method, path, headers, rejectUnauthorized: false, agent } as const;
    const sent = request(url, options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: Buffer.concat(chunks).toString(),
        });
      });
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** A log-in, which fails. */
export const logIn = (name: string, password = 'wrong as can be, my friend'): Asked => ({
  method: 'POST',
  path: '/api/v1/log-in',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ name, password, wants: 'tokens' }),
});

/** The code of an error. */
export const codeOf = ({ body }: Answer): string => (JSON.parse(body) as { code: string }).code;

/** The header of a service account that may do these things, made by the side of the server. */
export async function tokenWith(home: string, name: string, permissions: readonly Permission[]) {
  await using strongroom = await openStrongroom({ home });
  const { id: principal } = await strongroom.api.serviceAccounts.create({ name });
  await strongroom.api.roles.set({ name, permissions });
  await strongroom.api.grants.create({ principal, role: name, on: 'everything' });
  const { secret } = await strongroom.api.tokens.create({ name, owner: principal });
  return { authorization: `Bearer ${utf8Text(secret.expose()) ?? ''}` };
}
