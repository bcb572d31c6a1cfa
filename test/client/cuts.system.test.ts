// Connections that are cut, servers that go away, tokens that end: over real TLS, to a real server.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import test, { type TestContext } from 'node:test';
import { parseFilePath, parseModelName } from '../../src/api/index.ts';
import { connectStrongroom, type RemoteStrongroom } from '../../src/client/index.ts';
import { pinOf, programWith, type ServedHome, secretOf, servedHome, serveHome } from '../kit/served-home.ts';
import { bytesOf, putOf } from '../kit/temporary-home.ts';

const churn = parseModelName('acme/churn');

/** A way to the server that is cut after so many bytes in either direction, again and again. */
async function cuttingWay(t: TestContext, target: number, limits: { up?: number; down?: number }) {
  let cuts = 0;
  const sockets = new Set<Socket>();
  const server = createServer((inner) => {
    const outer = connect(target, '127.0.0.1');
    const left = { up: limits.up ?? Infinity, down: limits.down ?? Infinity };
    const end = (): void => {
      inner.destroy();
      outer.destroy();
    };
    const pass = (from: Socket, to: Socket, way: 'up' | 'down'): void => {
      from.on('data', (chunk: Buffer) => {
        left[way] -= chunk.length;
        to.write(chunk);
        if (left[way] > 0) return;
        cuts += 1;
        end();
      });
    };
    pass(inner, outer, 'up');
    pass(outer, inner, 'down');
    for (const socket of [inner, outer]) {
      sockets.add(socket);
      socket.on('error', end).on('close', end);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, cuts: () => cuts };
}

function portOf({ serving }: Pick<ServedHome, 'serving'>): number {
  return Number(new URL(serving.url).port);
}

function through(t: TestContext, served: ServedHome, port: number): RemoteStrongroom {
  const remote = connectStrongroom({
    server: `https://localhost:${port}`,
    trust: { certificateSha256: served.pin },
    credential: { kind: 'log-in', tokens: served.rootTokens },
  });
  t.after(() => remote.close());
  return remote;
}

test('an upload whose connection is cut again and again arrives byte-exact, once', async (t) => {
  const served = await servedHome(t);
  const way = await cuttingWay(t, portOf(served), { up: 3_000_000 });
  const weights = randomBytes(20_000_000);
  const { api } = through(t, served, way.port);
  const version = await api.versions.put(putOf('acme/churn', { 'model.bin': weights }));
  assert.ok(way.cuts() >= 4, `${way.cuts()} cuts`);
  assert.equal(version.version, 1);
  await using opened = await served.root.api.versions.open({ model: churn });
  assert.ok((await bytesOf(opened.files[0]!.read())).equals(weights));
  assert.equal((await served.root.api.versions.list({ model: churn })).length, 1);
});

test('a download whose connection is cut again and again arrives byte-exact', async (t) => {
  const served = await servedHome(t);
  const weights = randomBytes(12_000_000);
  await served.root.api.versions.put(putOf('acme/churn', { 'model.bin': weights }));
  const way = await cuttingWay(t, portOf(served), { down: 3_000_000 });
  await using opened = await through(t, served, way.port).api.versions.open({ model: churn });
  assert.ok((await bytesOf(opened.files[0]!.read())).equals(weights));
  assert.ok(way.cuts() >= 3, `${way.cuts()} cuts`);
  const part = opened.files[0]!.read({ start: 1_000_003, end: 9_000_001 });
  assert.ok((await bytesOf(part)).equals(weights.subarray(1_000_003, 9_000_001)));
});

test('a log-in outlives the server: after a restart the same tokens are renewed and used', async (t) => {
  const served = await servedHome(t);
  const port = portOf(served);
  const remote = through(t, served, port);
  assert.equal((await remote.api.account.get()).id, 'user:root');
  await served.serving.close();
  const again = await serveHome(served.home, port);
  t.after(() => again.close());
  assert.equal(pinOf(again), served.pin, 'the certificate is kept');
  assert.equal((await remote.api.account.get()).id, 'user:root');
  const renewed = await remote.identity.refresh(served.rootTokens);
  assert.equal(renewed.principal, 'user:root');
});

test('a token that ends in the middle of an upload is renewed, and the upload goes on', async (t) => {
  const served = await servedHome(t);
  let renewals = 0;
  const remote = connectStrongroom({
    server: served.serving.url,
    trust: { certificateSha256: served.pin },
    credential: {
      kind: 'log-in',
      // Ended by the clock of this machine: every part finds it so until it was renewed.
      tokens: { ...served.rootTokens, accessExpiresAt: Date.now() + 61_000 },
      onRenewed: () => {
        renewals += 1;
        return Promise.resolve();
      },
    },
  });
  t.after(() => remote.close());
  const content = randomBytes(18_000_000);
  const put = putOf('acme/churn', {});
  const slow = {
    path: parseFilePath('model.bin'),
    size: content.length,
    async *open() {
      yield content.subarray(0, 9_000_000);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      yield content.subarray(9_000_000);
    },
  };
  const version = await remote.api.versions.put({ ...put, files: [slow] });
  assert.equal(version.size, content.length);
  assert.equal(renewals, 1);
});

test('fifty calls at once with a token at its end use one refresh token once', async (t) => {
  const served = await servedHome(t);
  let renewals = 0;
  const remote = connectStrongroom({
    server: served.serving.url,
    trust: { certificateSha256: served.pin },
    credential: {
      kind: 'log-in',
      tokens: { ...served.rootTokens, accessExpiresAt: 0 },
      onRenewed: () => {
        renewals += 1;
        return Promise.resolve();
      },
    },
  });
  t.after(() => remote.close());
  const accounts = await Promise.all(Array.from({ length: 50 }, () => remote.api.account.get()));
  assert.ok(accounts.every(({ id }) => id === 'user:root'));
  assert.equal(renewals, 1);
});

test('a token that is revoked is refused at the next call', async (t) => {
  const served = await servedHome(t);
  const program = await programWith(t, served, { name: 'ci', role: 'developer', on: 'acme' });
  assert.deepEqual(await program.api.models.list(), []);
  await served.root.api.tokens.revoke({ id: program.tokenId });
  await assert.rejects(program.api.models.list(), { code: 'AUTH_FAILED' });
});

test('what is not granted is forbidden where it is seen, and not there where it is not', async (t) => {
  const served = await servedHome(t);
  await served.root.api.versions.put(putOf('acme/churn', { 'm.bin': randomBytes(1000) }));
  const predictor = await programWith(t, served, { name: 'shop', role: 'predictor', on: 'acme' });
  await assert.rejects(predictor.api.versions.open({ model: churn }), { kind: 'forbidden' });
  const { id } = await served.root.api.serviceAccounts.create({ name: 'stranger' });
  const { secret } = await served.root.api.tokens.create({ name: 'x', owner: id });
  const stranger = connectStrongroom({
    server: served.serving.url,
    trust: { certificateSha256: served.pin },
    credential: { kind: 'token', token: secret },
  });
  t.after(() => stranger.close());
  await assert.rejects(stranger.api.versions.open({ model: churn }), { kind: 'missing' });
});

test('a password that is wrong says no more than that', async (t) => {
  const served = await servedHome(t);
  const stranger = connectStrongroom({
    server: served.serving.url,
    trust: { certificateSha256: served.pin },
  });
  t.after(() => stranger.close());
  for (const name of ['root', 'nobody']) {
    const tried = stranger.identity.logIn({ name, password: secretOf('not the password at all') });
    await assert.rejects(tried, { code: 'AUTH_FAILED', kind: 'unauthenticated' });
  }
});
