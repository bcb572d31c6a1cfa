// A real OpenID provider on this machine, and a browser without a window that logs in there.

import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createServer, request as httpsRequest, type RequestOptions } from 'node:https';
import type { TestContext } from 'node:test';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { Provider } from 'oidc-provider';
import {
  createDocumentFetch,
  type DocumentFetch,
  parseHostRule,
  parseIpNetwork,
} from '../../src/network/index.ts';
import { fixture, listen } from '../network/local-server.ts';

export const CLIENT = { id: 'strongroom', secret: 'a secret of the client, for tests' };

const KEY_ID = 'of-the-tests';
let providerKey: ReturnType<typeof generateKeyPair> | undefined;

/** The key that every provider of this process signs with. */
function keyOfProvider(): ReturnType<typeof generateKeyPair> {
  providerKey ??= generateKeyPair('RS256', { extractable: true });
  return providerKey;
}

/** A token under the signature of the provider. */
export async function signAsProvider(claims: JWTPayload): Promise<string> {
  const { privateKey } = await keyOfProvider();
  return await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: KEY_ID }).sign(privateKey);
}

/** Changes what the token endpoint answers with, as a hostile provider or a hole in TLS would. */
export type Tamper = (
  answer: Record<string, unknown>,
) => Record<string, unknown> | Promise<Record<string, unknown>>;

/** A provider that runs until the test ends. */
export interface RunningProvider {
  readonly issuer: string;
  /** What the token endpoint is tampered with from now on. */
  tamper: Tamper | undefined;
  /** A fetch that may go to it. */
  readonly fetchDocument: DocumentFetch;
}

/** What a person has at the provider. */
export type AccountClaims = Readonly<Record<string, unknown>>;

/** Starts the provider; `accounts` says by log-in name what it knows of somebody. */
export async function startProvider(
  t: Pick<TestContext, 'after'>,
  options: { readonly redirectUri: string; readonly accounts?: Readonly<Record<string, AccountClaims>> },
): Promise<RunningProvider> {
  const running: { tamper: Tamper | undefined } = { tamper: undefined };
  const work: { handle?: ReturnType<Provider['callback']> } = {};
  const server = createServer(
    { key: fixture('server-key.pem'), cert: fixture('localhost.pem') },
    (request, response) => {
      if (request.method === 'POST' && request.url === '/token') tamperWith(response, () => running.tamper);
      void work.handle?.(request, response);
    },
  );
  const port = await listen(t, server);
  const issuer = `https://localhost:${port}`;
  const { privateKey } = await keyOfProvider();
  const provider = new Provider(issuer, {
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: KEY_ID, use: 'sig', alg: 'RS256' }] },
    clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [options.redirectUri] }],
    pkce: { required: () => true },
    conformIdTokenClaims: false,
    claims: { openid: ['sub'], profile: ['preferred_username', 'name'], groups: ['groups'] },
    scopes: ['openid', 'profile', 'groups'],
    cookies: { keys: ['only for tests'] },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, ...options.accounts?.[id] }),
    }),
  });
  work.handle = provider.callback();
  return Object.assign(running, { issuer, fetchDocument: fetchTo(port) });
}

/** A fetch that may go to a port of this machine, and nowhere else. */
export function fetchTo(port: number): DocumentFetch {
  const networks = ['127.0.0.0/8', '::1/128'].flatMap((text) => parseIpNetwork(text) ?? []);
  return createDocumentFetch({
    hosts: [parseHostRule(`localhost:${port}`)],
    networks,
    ca: fixture('ca.pem'),
  });
}

function tamperWith(response: ServerResponse, current: () => Tamper | undefined): void {
  const end = response.end.bind(response);
  response.end = ((body?: unknown) => {
    const change = current();
    const text = typeof body === 'string' || Buffer.isBuffer(body) ? body.toString() : '';
    if (change === undefined || response.statusCode !== 200) return end(text);
    void Promise.resolve(change(JSON.parse(text) as Record<string, unknown>)).then((changed) => {
      const next = JSON.stringify(changed);
      response.setHeader('content-length', Buffer.byteLength(next));
      end(next);
    });
    return response;
  }) as typeof response.end;
}

/** What a browser got. */
export interface Page {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A browser that keeps cookies and fills in forms. */
export class HeadlessBrowser {
  readonly #cookies = new Map<
    string,
    { readonly value: string; readonly path: string; readonly host: string }
  >();

  /** Logs in under a name and consents; resolves to the address below `until` that it is sent back to. */
  async logIn(start: string, name: string, until: string): Promise<string> {
    let url = start;
    let page = await this.#ask(url);
    for (let steps = 0; steps < 20; steps += 1) {
      const { location } = page.headers;
      if (location !== undefined) {
        url = new URL(location, url).href;
        if (url.startsWith(until)) return url;
        page = await this.#ask(url);
        continue;
      }
      const action = /<form[^>]* action="([^"]+)"/.exec(page.text)?.[1];
      const prompt = /name="prompt" value="(\w+)"/.exec(page.text)?.[1];
      if (action === undefined || prompt === undefined) break;
      url = new URL(action.replaceAll('&amp;', '&'), url).href;
      const form = { prompt, ...(prompt === 'login' && { login: name, password: 'any' }) };
      page = await this.#ask(url, new URLSearchParams(form).toString());
    }
    throw new Error(`the browser is stuck at ${url}: ${page.status} ${page.text.slice(0, 500)}`);
  }

  /** One page, with the cookies that are for it. */
  async get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Page> {
    return await this.#ask(url, undefined, headers);
  }

  async #ask(address: string, form?: string, headers: Readonly<Record<string, string>> = {}): Promise<Page> {
    const url = new URL(address);
    const options: RequestOptions = {
      method: form === undefined ? 'GET' : 'POST',
      ca: fixture('ca.pem'),
      headers: {
        ...headers,
        cookie: this.#cookiesFor(url),
        ...(form !== undefined && {
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': Buffer.byteLength(form),
        }),
      },
    };
    return await new Promise((resolve, reject) => {
      const request = httpsRequest(url, options, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          for (const cookie of response.headers['set-cookie'] ?? []) this.#keep(url, cookie);
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(parts).toString(),
          });
        });
      });
      request.on('error', reject).end(form);
    });
  }

  #keep({ host }: URL, cookie: string): void {
    const [pair = ''] = cookie.split(';');
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    const path = /;\s*path=([^;]+)/i.exec(cookie)?.[1] ?? '/';
    const key = `${host} ${name} ${path}`;
    if (/;\s*max-age=0(?:;|$)/i.test(cookie)) this.#cookies.delete(key);
    else this.#cookies.set(key, { value: `${name}=${value}`, path, host });
  }

  #cookiesFor({ host, pathname }: URL): string {
    const fitting = [...this.#cookies.values()].filter(
      (cookie) => cookie.host === host && pathname.startsWith(cookie.path),
    );
    return fitting.map(({ value }) => value).join('; ');
  }
}
