import { request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { utf8Text } from '../../src/bytes/index.ts';
import { initHome, openStrongroom, serveOverHttps } from '../../src/open/index.ts';
import { fixture } from '../network/local-server.ts';
import type { Workshop } from './workshop.ts';

/** A strongroom that is served on this machine while a check runs. */
export interface ServedHome {
  readonly url: string;
  /** Makes the first administrator. */
  readonly bootstrapToken: string;
  close(): Promise<void>;
}

/** What to do with the home before it is served, and what stands in its configuration. */
export interface HomePlan {
  readonly config?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly prepare?: (strongroom: Awaited<ReturnType<typeof openStrongroom>>) => Promise<void>;
}

/** Serves a fresh home under `https://localhost:PORT` with the certificate of the tests. */
export async function serveHome(workshop: Workshop, port: number, plan: HomePlan = {}): Promise<ServedHome> {
  const home = workshop.path('home');
  await initHome({ home });
  if (plan.config !== undefined) workshop.write('home/config.toml', plan.config);
  const env = {
    STRONGROOM_ACCESS_URL: `https://localhost:${port}`,
    STRONGROOM_SERVER_LISTEN: `localhost:${port}`,
    STRONGROOM_SERVER_CERTIFICATE_FILE: workshop.write('certificate.pem', fixture('localhost.pem')),
    STRONGROOM_SERVER_KEY_FILE: workshop.write('key.pem', fixture('server-key.pem')),
    // Checks fail on purpose, and all of them come from this machine.
    STRONGROOM_INTRUSION_MODE: 'off',
    ...plan.env,
  };
  {
    await using strongroom = await openStrongroom({ home, env });
    await plan.prepare?.(strongroom);
  }
  const serving = await serveOverHttps({
    home,
    env,
    logTo: { write: () => undefined },
    // The checks share the machine, and the event loop, with their peers.
    limits: { maxEventLoopDelayMs: 60_000 },
  });
  await untilReady(serving.url);
  const token = serving.bootstrapToken;
  return {
    url: serving.url,
    bootstrapToken: (token && utf8Text(token.expose())) ?? '',
    close: () => serving.close(),
  };
}

/** Until it has measured itself for the first time, a server says that it is busy. */
async function untilReady(url: string): Promise<void> {
  for (let tries = 0; (await statusOf(`${url}/readyz`)) !== 200; tries += 1) {
    if (tries === 100) throw new Error('the server does not become ready');
    await wait(100);
  }
}

function statusOf(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(url, { ca: fixture('ca.pem') }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('error', reject).end();
  });
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** One call with JSON to a server that has the certificate of the tests. Throws for another answer than 2xx. */
export async function callJson(url: string, body: unknown): Promise<Record<string, unknown>> {
  const text = JSON.stringify(body);
  return await new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const request = httpsRequest(url, { method: 'POST', ca: fixture('ca.pem'), headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        const answer = Buffer.concat(parts).toString();
        if (Math.floor((response.statusCode ?? 0) / 100) === 2)
          resolve(answer === '' ? {} : (JSON.parse(answer) as Record<string, unknown>));
        else reject(new Error(`${url} answered ${response.statusCode ?? 0}: ${answer}`));
      });
    });
    request.on('error', reject).end(text);
  });
}
