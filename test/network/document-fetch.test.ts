import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import test, { type TestContext } from 'node:test';
import { collectBytes, utf8Text } from '../../src/bytes/index.ts';
import { createDocumentFetch, type DocumentFetch, parseHostRule } from '../../src/network/index.ts';
import {
  answering,
  type DownloadWords,
  type LocalServer,
  policyFor,
  resolveHere,
  startServer,
  withCode,
} from './local-server.ts';

const DOCUMENT = JSON.stringify({ issuer: 'https://files.test' });

function fetchFrom(server: LocalServer, words: DownloadWords = {}): DocumentFetch {
  return createDocumentFetch(policyFor([server.port], words), { resolve: words.resolve ?? resolveHere });
}

function urlOf(server: LocalServer, path = '/.well-known/openid-configuration'): string {
  return `https://files.test:${server.port}${path}`;
}

test('a document comes with its status and its type', async (t) => {
  const server = await answering(t, { 'content-type': 'application/json' }, { body: DOCUMENT });
  const answer = await fetchFrom(server)(new URL(urlOf(server)));
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-type'), 'application/json');
  assert.deepEqual(await answer.json(), { issuer: 'https://files.test' });
  assert.equal(server.requests[0]?.headers.host, `files.test:${server.port}`);
});

test('an answer that says no is handed on with its words, for the client to read', async (t) => {
  const server = await answering(t, {}, { body: '{"error":"invalid_grant"}', status: 400 });
  const answer = await fetchFrom(server)(urlOf(server));
  assert.equal(answer.status, 400);
  assert.deepEqual(await answer.json(), { error: 'invalid_grant' });
});

test('a form is posted with its headers, and none of ours can be replaced', async (t) => {
  const bodies: string[] = [];
  const read = async (request: IncomingMessage): Promise<void> =>
    void bodies.push(utf8Text(await collectBytes(request, 1000)) ?? '');
  const server = await startServer(t, (request, response) => {
    void read(request).then(() => response.end('{}'));
  });
  await fetchFrom(server)(urlOf(server, '/token'), {
    method: 'POST',
    headers: new Headers({ authorization: 'Basic eA==', host: 'other.test', 'content-length': '1' }),
    body: new URLSearchParams({ code: 'a b' }),
  });
  const [request] = server.requests;
  assert.deepEqual(bodies, ['code=a+b']);
  assert.equal(request?.method, 'POST');
  assert.equal(request.headers.authorization, 'Basic eA==');
  assert.equal(request.headers.host, `files.test:${server.port}`);
});

for (const status of [301, 302, 307, 308]) {
  test(`a redirect with ${status} is refused and not followed`, async (t) => {
    const server = await answering(t, { location: '/elsewhere' }, { status });
    await assert.rejects(fetchFrom(server)(urlOf(server)), withCode('NETWORK_REDIRECT_REFUSED'));
    assert.equal(server.requests.length, 1);
  });
}

test('a document over the limit is refused, announced or not', async (t) => {
  const body = 'x'.repeat(2000);
  const limits = { maxBytes: 1000 };
  const announced = await answering(t, { 'content-length': body.length }, { body });
  await assert.rejects(fetchFrom(announced, { limits })(urlOf(announced)), withCode('NETWORK_TOO_LARGE'));
  const counted = await answering(t, {}, { body });
  await assert.rejects(fetchFrom(counted, { limits })(urlOf(counted)), withCode('NETWORK_TOO_LARGE'));
});

test('a document that does not end in time is given up', async (t) => {
  const server = await startServer(t, (_request, response) => void response.write('{'));
  const limits = { totalTimeoutMs: 200, idleTimeoutMs: 60_000 };
  await assert.rejects(fetchFrom(server, { limits })(urlOf(server)), withCode('NETWORK_TIMEOUT'));
});

test('whoever asked may stop waiting', async (t) => {
  const server = await startServer(t, () => undefined);
  const controller = new AbortController();
  const asked = fetchFrom(server)(urlOf(server), { signal: controller.signal });
  controller.abort();
  await assert.rejects(asked, withCode('ABORTED'));
});

test('a packed document is refused', async (t) => {
  const server = await answering(t, { 'content-encoding': 'gzip' }, { body: 'x' });
  await assert.rejects(fetchFrom(server)(urlOf(server)), withCode('NETWORK_ENCODED'));
});

async function refusedAddress(t: TestContext, address: string): Promise<void> {
  const server = await answering(t, {}, { body: DOCUMENT });
  const fetch = fetchFrom(server, {
    policy: { networks: [] },
    resolve: () => Promise.resolve([address]),
  });
  await assert.rejects(fetch(urlOf(server)), withCode('NETWORK_ADDRESS_REFUSED'));
  assert.equal(server.requests.length, 0);
}

for (const address of ['127.0.0.1', '169.254.169.254', '10.1.2.3', '::ffff:a9fe:a9fe', 'fd00::1']) {
  test(`a host that leads to ${address} is not asked`, (t) => refusedAddress(t, address));
}

test('other hosts, plain http, other methods and other bodies are refused', async (t) => {
  const server = await answering(t, {}, { body: DOCUMENT });
  const fetch = fetchFrom(server, { policy: { hosts: [parseHostRule('id.test')] } });
  await assert.rejects(fetch(urlOf(server)), withCode('NETWORK_HOST_NOT_ALLOWED'));
  await assert.rejects(fetch('http://id.test/'), withCode('NETWORK_URL_REFUSED'));
  await assert.rejects(fetch('https://id.test/', { method: 'DELETE' }), withCode('INPUT_INVALID'));
  await assert.rejects(fetch('https://id.test/', { method: 'POST', body: {} }), withCode('INPUT_INVALID'));
  assert.equal(server.requests.length, 0);
});

test('this machine over http is asked only where that is said', async (t) => {
  const server = await startServer(t, (_request, response) => void response.end(DOCUMENT), { isPlain: true });
  const hosts = [parseHostRule(`127.0.0.1:${server.port}`)];
  const url = `http://127.0.0.1:${server.port}/`;
  await assert.rejects(createDocumentFetch({ hosts })(url), withCode('NETWORK_URL_REFUSED'));
  const answer = await createDocumentFetch({ hosts, allowLoopback: true })(url);
  assert.equal(await answer.text(), DOCUMENT);
});
