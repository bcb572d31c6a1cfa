import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import test, { type TestContext } from 'node:test';
import { SecretBytes, utf8Bytes } from '../../src/bytes/index.ts';
import { fixedToken, renewedToken } from '../../src/client/access-tokens.ts';
import { readLines } from '../../src/client/progress-lines.ts';
import { readDocument, Wire, type WireRequest } from '../../src/client/wire.ts';
import { isStrongroomError } from '../../src/errors/index.ts';
import { type Answering, startPeer, transportTo } from './tls-peer.ts';

const secret = (text: string): SecretBytes => SecretBytes.take(utf8Bytes(text));
const safe: WireRequest = { method: 'GET', target: '/x', repeat: 'safe' };
const unsafe: WireRequest = { method: 'POST', target: '/x', repeat: 'unsent', body: utf8Bytes('{}') };

async function wireTo(t: TestContext, answering: Answering) {
  const peer = await startPeer(t, answering);
  const transport = transportTo(t, peer);
  return {
    peer,
    transport,
    wire: new Wire({ transport, userAgent: 'test', tokens: fixedToken(secret('srp_a')) }),
  };
}

function problem(
  response: ServerResponse,
  document: { readonly status: number; readonly [member: string]: unknown },
  headers: Record<string, string> = {},
): void {
  response
    .writeHead(document.status, { 'content-type': 'application/problem+json', ...headers })
    .end(JSON.stringify(document));
}

test('a problem is the error that was raised on the other side', async (t) => {
  const { wire } = await wireTo(t, (_request, response) =>
    problem(response, {
      status: 404,
      code: 'MODEL_MISSING',
      detail: 'no model acme/x',
      hint: 'look around',
      requestId: 'r1',
    }),
  );
  await assert.rejects(wire.ask(safe, readDocument), (error) => {
    assert.ok(isStrongroomError(error, 'MODEL_MISSING'));
    assert.deepEqual([error.kind, error.message, error.hint], ['missing', 'no model acme/x', 'look around']);
    return true;
  });
});

test('a code from the future is internal, with the id of the request', async (t) => {
  const { wire } = await wireTo(t, (_request, response) =>
    problem(response, { status: 409, code: 'FLUX_REVERSED', detail: 'what', requestId: 'r42' }),
  );
  await assert.rejects(wire.ask(safe, readDocument), { code: 'INTERNAL', message: /r42/ });
});

test('an answer that is no problem document is internal, and nothing of it is shown', async (t) => {
  const { wire } = await wireTo(
    t,
    (_request, response) => void response.writeHead(500).end('<h1>stack trace'),
  );
  await assert.rejects(wire.ask(safe, readDocument), (error) => {
    assert.ok(isStrongroomError(error, 'INTERNAL'));
    assert.doesNotMatch(error.message, /stack/);
    return true;
  });
});

test('what is safe is asked again after a cut, a full house and a wish to wait', async (t) => {
  let count = 0;
  const { wire, peer } = await wireTo(t, (_request, response) => {
    count += 1;
    if (count === 1) return void response.destroy();
    if (count === 2) {
      problem(response, { status: 503, code: 'AUTH_BUSY' }, { 'retry-after': '0' });
      return;
    }
    if (count === 3) return void response.writeHead(502).end();
    response.end('{"done":true}');
  });
  assert.deepEqual(await wire.ask(safe, readDocument), { done: true });
  assert.equal(peer.requests.length, 4);
});

test('what is unsafe is not sent a second time after a cut', async (t) => {
  const { wire, peer } = await wireTo(t, (_request, response) => void response.destroy());
  await assert.rejects(wire.ask(unsafe, readDocument), { code: 'NETWORK_CUT' });
  assert.equal(peer.requests.length, 1);
});

test('a refusal is not tried again, nor is a wait that is too long', async (t) => {
  const { wire, peer } = await wireTo(t, (request, response) =>
    request.url === '/x'
      ? problem(response, { status: 403, code: 'ACCESS_DENIED' })
      : problem(response, { status: 429, code: 'AUTH_THROTTLED' }, { 'retry-after': '600' }),
  );
  await assert.rejects(wire.ask(safe, readDocument), { code: 'ACCESS_DENIED' });
  await assert.rejects(wire.ask({ ...safe, target: '/y' }, readDocument), {
    code: 'AUTH_THROTTLED',
    retryAfterSeconds: 600,
  });
  assert.equal(peer.requests.length, 2);
});

test('a token that is refused is renewed, and the request sent once more', async (t) => {
  const { transport, peer } = await wireTo(t, (request, response) =>
    request.headers.authorization === 'Bearer new'
      ? void response.end('{"ok":1}')
      : problem(response, { status: 401, code: 'AUTH_FAILED' }),
  );
  const tokens = renewedToken({
    tokens: { accessToken: secret('old'), accessExpiresAt: 1e15, refreshToken: secret('r') },
    now: () => 0,
    renew: () =>
      Promise.resolve({ accessToken: secret('new'), accessExpiresAt: 1e15, refreshToken: secret('r2') }),
  });
  const wire = new Wire({ transport, userAgent: 'test', tokens });
  assert.deepEqual(await wire.ask(unsafe, readDocument), { ok: 1 });
  assert.equal(peer.requests.length, 2);
});

test('a personal token that is refused is refused for good', async (t) => {
  const { wire, peer } = await wireTo(t, (_request, response) =>
    problem(response, { status: 401, code: 'AUTH_FAILED' }),
  );
  await assert.rejects(wire.ask(safe, readDocument), { code: 'AUTH_FAILED' });
  assert.equal(peer.requests.length, 1);
});

test('nobody is followed elsewhere, least of all with a token', async (t) => {
  const { wire, peer } = await wireTo(
    t,
    (_request, response) => void response.writeHead(302, { location: 'https://localhost:1/' }).end(),
  );
  await assert.rejects(wire.ask(safe, readDocument), { code: 'NETWORK_REDIRECT_REFUSED' });
  assert.equal(peer.requests.length, 1);
});

test('progress comes line by line, and the last line is the answer or the problem', async (t) => {
  const { wire } = await wireTo(t, (request, response) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    for (const done of [1, 2])
      response.write(`${JSON.stringify({ progress: { phase: 'p', done, unit: 'items' } })}\n`);
    if (request.url === '/good') response.end('{"result":{"is":"done"}}\n');
    else if (request.url === '/bad') response.end('{"problem":{"code":"KEY_REFUSED","detail":"no"}}\n');
    else response.end();
  });
  const seen: number[] = [];
  const ask = (target: string): Promise<unknown> =>
    wire.ask({ ...unsafe, target }, (answer) => readLines(answer, ({ done }) => seen.push(done)));
  assert.deepEqual(await ask('/good'), { is: 'done' });
  assert.deepEqual(seen, [1, 2]);
  await assert.rejects(ask('/bad'), { code: 'KEY_REFUSED', message: 'no' });
  await assert.rejects(ask('/cut'), { code: 'NETWORK_CUT' });
});

test('what is no JSON is no answer', async (t) => {
  const { wire } = await wireTo(t, (_request, response) => void response.end('<html>'));
  await assert.rejects(wire.ask(safe, readDocument), { code: 'NETWORK_ANSWER_UNEXPECTED' });
});
