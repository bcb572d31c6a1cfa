import assert from 'node:assert/strict';
import { createServer as createPlain } from 'node:http';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import test, { type TestContext } from 'node:test';
import { makeAuthority, makeServerCertificate, readTlsCertificate } from '../../src/crypto/index.ts';
import { type ProbeTarget, probeAnswer, probeTls } from '../../src/network/index.ts';
import { refusal } from '../signing/refusal.ts';

async function listen(t: TestContext, server: Server): Promise<ProbeTarget> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    signal: AbortSignal.timeout(20_000),
  };
}

async function serve(t: TestContext, options: ServerOptions = {}) {
  const authority = await makeAuthority({ name: 'Test' });
  const pair = await makeServerCertificate({ names: ['127.0.0.1'], issuer: authority });
  const server = createServer(
    { cert: pair.certificatePem, key: Buffer.from(pair.keyPem.expose()), ...options },
    (request, response) => response.writeHead(401, { 'x-path': request.url ?? '' }).end(),
  );
  return { target: await listen(t, server), authority };
}

test('tells what a server of TLS 1.3 agrees to, and that only its authority makes it trusted', async (t) => {
  const { target, authority } = await serve(t, { minVersion: 'TLSv1.3', ecdhCurve: 'X25519MLKEM768:X25519' });
  const probe = await probeTls(target);
  assert.equal(probe.protocol, 'TLSv1.3');
  assert.deepEqual(probe.protocols, ['TLSv1.3']);
  assert.deepEqual(probe.groups, ['X25519MLKEM768', 'X25519']);
  assert.equal(probe.isTrusted, false);
  assert.ok(readTlsCertificate(probe.certificate).covers('127.0.0.1'));
  assert.equal((await probeTls({ ...target, ca: authority.certificatePem })).isTrusted, true);
});

test('finds the old protocols that a server still speaks', async (t) => {
  const { target } = await serve(t, { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' });
  assert.deepEqual((await probeTls(target)).protocols, ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']);
});

test('brings the answer to a stranger, and whether the port answers without TLS', async (t) => {
  const { target } = await serve(t);
  const answer = await probeAnswer(target, '/api');
  assert.equal(answer.status, 401);
  assert.equal(answer.headers['x-path'], '/api');
  assert.equal(answer.answersPlainHttp, false);
});

test('a port where nobody speaks TLS, and one where nobody is, are refused', async (t) => {
  const plain = createPlain((_, response) => response.end());
  const target = await listen(t, plain);
  await assert.rejects(probeTls(target), refusal('NETWORK_TLS_FAILED'));
  plain.close();
  await assert.rejects(probeTls(target), refusal('NETWORK_UNREACHABLE'));
});
