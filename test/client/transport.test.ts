import assert from 'node:assert/strict';
import test from 'node:test';
import { createFetchTransport } from '../../src/client/fetch-transport.ts';
import { lookAtCertificate, parseServerAddress } from '../../src/client/index.ts';
import { bytesOf } from '../kit/temporary-home.ts';
import { startPeer, textOf, transportTo } from './tls-peer.ts';

const get = { method: 'GET', target: '/x', headers: {} } as const;

test('a pinned certificate is accepted, and connections are used again', async (t) => {
  const peer = await startPeer(t, (_request, response) => void response.end('hello'));
  const transport = transportTo(t, peer);
  for (let count = 0; count < 5; count++) assert.equal(await textOf(await transport.send(get)), 'hello');
  assert.deepEqual([peer.requests.length, peer.connections()], [5, 1]);
});

test('a certificate that is not the pinned one is refused before anything is sent', async (t) => {
  const peer = await startPeer(t, (_request, response) => void response.end());
  const transport = transportTo(t, peer, { trust: { certificateSha256: 'ab'.repeat(32) } });
  await assert.rejects(transport.send(get), {
    code: 'NETWORK_TLS_UNTRUSTED',
    message: new RegExp(peer.fingerprint),
  });
  assert.deepEqual(peer.requests, []);
});

test('a self-signed server is trusted by its certificate as an authority, and by nothing else', async (t) => {
  const peer = await startPeer(t, (_request, response) => void response.end('hello'));
  const trusting = transportTo(t, peer, { trust: { authorities: peer.certificatePem } });
  assert.equal(await textOf(await trusting.send(get)), 'hello');
  await assert.rejects(transportTo(t, peer, { trust: {} }).send(get), { code: 'NETWORK_TLS_UNTRUSTED' });
});

test('no variable of the environment switches verification off', async (t) => {
  const peer = await startPeer(t, (_request, response) => void response.end());
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  t.after(() => delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']);
  await assert.rejects(transportTo(t, peer, { trust: {} }).send(get), { code: 'NETWORK_TLS_UNTRUSTED' });
});

test('a certificate of another name is refused by its name', async (t) => {
  const peer = await startPeer(t, (_request, response) => void response.end());
  const elsewhere = { ...peer, server: peer.server.replace('localhost', '127.0.0.1') };
  const transport = transportTo(t, elsewhere, { trust: { authorities: peer.certificatePem } });
  await assert.rejects(transport.send(get), { code: 'NETWORK_TLS_NAME' });
});

test('what a server shows can be looked at without believing it', async (t) => {
  const peer = await startPeer(t, (_request, response) => void response.end());
  const shown = await lookAtCertificate(parseServerAddress(peer.server));
  assert.equal(shown.sha256, peer.fingerprint);
  assert.deepEqual([shown.names, shown.isTrusted], [['DNS:localhost'], false]);
  assert.deepEqual(peer.requests, []);
});

test('an upload is streamed, and an early refusal is heard', async (t) => {
  const peer = await startPeer(t, async (request, response) => {
    if (request.url === '/refuse') return void response.writeHead(413).end('too large');
    let size = 0;
    for await (const chunk of request) size += (chunk as Buffer).length;
    response.end(String(size));
  });
  const transport = transportTo(t, peer);
  // eslint-disable-next-line @typescript-eslint/require-await -- a stream by its type
  async function* body(): AsyncGenerator<Uint8Array> {
    for (let count = 0; count < 64; count++) yield new Uint8Array(65_536);
  }
  const post = { method: 'POST', headers: {} } as const;
  assert.equal(await textOf(await transport.send({ ...post, target: '/take', body: body() })), '4194304');
  const refused = await transport.send({ ...post, target: '/refuse', body: body() });
  assert.equal(refused.status, 413);
  refused.discard();
});

test('what the stream of an upload throws is what the call throws', async (t) => {
  const peer = await startPeer(
    t,
    (request, response) => void request.resume().on('end', () => response.end()),
  );
  async function* body(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(new Uint8Array(10));
    throw new RangeError('the disk was pulled');
  }
  const sent = transportTo(t, peer).send({ method: 'POST', target: '/', headers: {}, body: body() });
  await assert.rejects(sent, { message: 'the disk was pulled' });
});

test('a body that is cut is no end', async (t) => {
  const peer = await startPeer(t, (_request, response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('half', () => response.destroy());
  });
  const answer = await transportTo(t, peer).send(get);
  await assert.rejects(textOf(answer), { code: 'NETWORK_CUT' });
});

test('a server that falls silent is given up', async (t) => {
  const peer = await startPeer(t, (request, response) => {
    if (request.url === '/half') response.writeHead(200).write('half');
  });
  const transport = transportTo(t, peer, { silenceMs: 50 });
  await assert.rejects(transport.send(get), { code: 'NETWORK_TIMEOUT' });
  await assert.rejects(textOf(await transport.send({ ...get, target: '/half' })), {
    code: 'NETWORK_TIMEOUT',
  });
});

test('a reader that takes its time is not taken for a silent server', async (t) => {
  const peer = await startPeer(t, (_request, response) => void response.end(Buffer.alloc(1 << 20)));
  const answer = await transportTo(t, peer, { silenceMs: 400 }).send(get);
  let size = 0;
  for await (const chunk of answer.body) {
    size += chunk.length;
    if (size < 40_000) await new Promise((resolve) => setTimeout(resolve, 600));
  }
  assert.equal(size, 1 << 20);
});

test('a request can be stopped before, while waiting and while reading', async (t) => {
  const peer = await startPeer(t, (request, response) => {
    if (request.url === '/half') response.writeHead(200).write('half');
  });
  const transport = transportTo(t, peer);
  await assert.rejects(transport.send({ ...get, signal: AbortSignal.abort() }), { code: 'ABORTED' });
  await assert.rejects(transport.send({ ...get, signal: AbortSignal.timeout(50) }), { code: 'ABORTED' });
  const answer = await transport.send({ ...get, target: '/half', signal: AbortSignal.timeout(100) });
  await assert.rejects(textOf(answer), { code: 'ABORTED' });
});

test('nobody at the address is told so', async (t) => {
  const peer = {
    server: 'https://localhost:1',
    fingerprint: '',
    certificatePem: '',
    requests: [],
    connections: () => 0,
  };
  await assert.rejects(transportTo(t, peer, { trust: {} }).send(get), { code: 'NETWORK_UNREACHABLE' });
});

for (const address of [
  'http://localhost:8443',
  'localhost:8443',
  'https://u:p@host',
  'https://host/path',
  'https://host?x',
]) {
  test(`${address.replace('u:p', 'user:password')} is no address of a server`, () => {
    assert.throws(() => parseServerAddress(address), { code: 'INPUT_INVALID' });
  });
}

test('a fetch of somebody else carries the same requests', async (t) => {
  const sent: Request[] = [];
  const transport = createFetchTransport(parseServerAddress('https://models.test'), (input, init) => {
    sent.push(new Request(input, init));
    return Promise.resolve(new Response('hello', { headers: { 'x-request-id': 'r1' } }));
  });
  const answer = await transport.send({
    method: 'POST',
    target: '/x?a=b',
    headers: { a: 'b' },
    body: new Uint8Array(3),
  });
  assert.deepEqual([await textOf(answer), answer.header('x-request-id')], ['hello', 'r1']);
  assert.deepEqual([sent[0]?.url, sent[0]?.headers.get('a')], ['https://models.test/x?a=b', 'b']);
  assert.equal((await bytesOf(sent[0]!.body!)).length, 3);
  t.after(() => transport.close());
});
