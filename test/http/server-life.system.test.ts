// The life of a server: slow clients, too many of them, a new certificate, and its end.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { utf8Bytes } from '../../src/bytes/index.ts';
import { makeServerCertificate } from '../../src/crypto/index.ts';
import { Folder } from '../../src/storage/index.ts';
import { MODEL, type ServedHome, serveHome } from './server-kit.ts';

function open(served: ServedHome, options: object = {}): TLSSocket {
  return connect({ host: 'localhost', port: served.port, ca: served.ca, ...options });
}

async function textOf(socket: TLSSocket): Promise<string> {
  let got = '';
  socket.on('data', (chunk) => (got += chunk.toString()));
  socket.on('error', () => undefined);
  await once(socket, 'close');
  return got;
}

test('only TLS 1.3 is spoken by default, with the hybrid exchange first', async (t) => {
  const served = await serveHome(t);
  const modern = open(served);
  await once(modern, 'secureConnect');
  assert.equal(modern.getProtocol(), 'TLSv1.3');
  modern.destroy();
  const old = open(served, { maxVersion: 'TLSv1.2' });
  await assert.rejects(once(old, 'secureConnect'), /alert|version/i);
});

test('TLS 1.2 is spoken where the configuration says so, with forward secrecy only', async (t) => {
  const served = await serveHome(t, { config: { STRONGROOM_SERVER_TLS_MIN_VERSION: '1.2' } });
  const old = open(served, { maxVersion: 'TLSv1.2' });
  await once(old, 'secureConnect');
  assert.match(old.getCipher().name, /^ECDHE-.*(?:GCM|CHACHA20)/);
  old.destroy();
  const weak = open(served, { maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA' });
  await assert.rejects(once(weak, 'secureConnect'));
});

test('a body that drips is given up, and so are header fields', async (t) => {
  const served = await serveHome(t, { limits: { bodyWindowMs: 300, headersTimeoutMs: 300 } });
  const body = open(served);
  await once(body, 'secureConnect');
  const token = await served.tokenOf('admin');
  body.write(
    `POST /api/v1/namespaces HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
  );
  assert.doesNotMatch(await textOf(body), /^HTTP\/1\.1 2/);
  const headers = open(served);
  await once(headers, 'secureConnect');
  headers.write('GET /healthz HTTP/1.1\r\nHost: local');
  assert.match(await textOf(headers), /^(?:HTTP\/1\.1 408 [^]*)?$/);
  assert.equal((await served.call('/healthz')).status, 200);
});

test('a body that has just begun is not slow yet, whenever it began', async (t) => {
  const windowMs = 2000;
  const served = await serveHome(t, { limits: { bodyWindowMs: windowMs } });
  const token = await served.tokenOf('admin');
  // Each waits for half a window; the server looks at one of them or another in the middle of that.
  const statuses = Array.from({ length: 8 }, async (_, at) => {
    await delay((at * windowMs) / 8);
    const [begin, end] = [`{"name":"begun-${at}"`, '}'];
    const { status } = await served.call('/api/v1/namespaces', {
      method: 'POST',
      token,
      headers: {
        'content-type': 'application/json',
        'content-length': String(begin.length + end.length),
      },
      body: Readable.from(
        (async function* () {
          yield begin;
          await delay(windowMs / 2);
          yield end;
        })(),
      ),
    });
    return status;
  });
  assert.deepEqual(await Promise.all(statuses), Array(8).fill(201));
});

test('one address gets so many connections and no more', async (t) => {
  const served = await serveHome(t, { limits: { maxConnectionsPerAddress: 3 } });
  const sockets = [open(served), open(served), open(served)];
  await Promise.all(sockets.map((socket) => once(socket, 'secureConnect')));
  const refused = open(served);
  refused.on('error', () => undefined);
  await new Promise((resolve) => refused.once('close', resolve));
  for (const socket of sockets) socket.destroy();
});

test('a new certificate is taken up while the server runs, and a bad one is not', async (t) => {
  const served = await serveHome(t);
  const before = served.serving.certificate.fingerprint;
  assert.equal(await served.serving.reloadCertificate(), false);
  const made = await makeServerCertificate({ names: ['localhost', '127.0.0.1', '::1'] });
  await using folder = await Folder.open(join(served.home, 'tls'));
  await folder.replaceFile('tls.key', made.keyPem.expose());
  await folder.replaceFile('tls.crt', utf8Bytes(made.certificatePem));
  assert.equal(await served.serving.reloadCertificate(), true);
  const socket = open(served, { ca: made.certificatePem });
  await once(socket, 'secureConnect');
  const now = socket.getPeerX509Certificate()?.fingerprint256.replaceAll(':', '').toLowerCase();
  assert.notEqual(now, before);
  socket.destroy();
  await folder.replaceFile('tls.key', utf8Bytes('no key\n'));
  await folder.replaceFile(
    'tls.crt',
    utf8Bytes((await readFile(join(served.home, 'tls', 'tls.crt'), 'utf8')) + '\n'),
  );
  await assert.rejects(served.serving.reloadCertificate(), { code: 'TLS_INVALID' });
  const still = open(served, { ca: made.certificatePem });
  await once(still, 'secureConnect');
  still.destroy();
});

test('a call that runs may finish when the server ends, and no new one begins', async (t) => {
  const served = await serveHome(t);
  const token = await served.tokenOf('admin');
  const agent = new Agent({ ca: served.ca });
  const outgoing = request({
    agent,
    host: 'localhost',
    port: served.port,
    method: 'POST',
    path: `${MODEL}/versions?path=m.bin`,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/octet-stream',
      'content-length': '8',
    },
  });
  const answered = once(outgoing, 'response') as Promise<[{ statusCode?: number; resume(): void }]>;
  const [socket] = (await once(outgoing, 'socket')) as [TLSSocket];
  await once(socket, 'secureConnect');
  await new Promise((resolve) => outgoing.write('four', resolve));
  // Whoever answers this has seen the bytes before it.
  assert.equal((await served.call('/healthz')).status, 200);
  const closed = served.serving.close();
  outgoing.end('more');
  const [incoming] = await answered;
  incoming.resume();
  assert.equal(incoming.statusCode, 201);
  await closed;
  await assert.rejects(served.call('/healthz'), /ECONNREFUSED|socket|closed/i);
  agent.destroy();
});

test('a server whose certificate others can read the key of does not start', async (t) => {
  const served = await serveHome(t);
  const { chmod } = await import('node:fs/promises');
  await chmod(join(served.home, 'tls', 'tls.key'), 0o644);
  await assert.rejects(served.serving.reloadCertificate(), { code: 'HOME_EXPOSED' });
});
