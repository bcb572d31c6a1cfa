import assert from 'node:assert/strict';
import { connect, createServer, type Socket } from 'node:net';
import test, { type TestContext } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { SecretBytes, utf8Bytes } from '../../src/bytes/index.ts';
import { createHasher } from '../../src/crypto/index.ts';
import { type ErrorCode, isStrongroomError } from '../../src/errors/index.ts';
import { openDownload, type Proxy, parseHostRule, parseProxy } from '../../src/network/index.ts';
import {
  answering,
  begin,
  CONTENT,
  type DownloadWords,
  digestOf,
  fetchAll,
  fixture,
  listen,
  policyFor,
  resolveHere,
  serveFile,
  startServer,
  withCode,
} from './local-server.ts';

test('a host that is not listed is not asked, and not even looked up', async (t) => {
  const server = await startServer(t, serveFile(CONTENT));
  let lookups = 0;
  const words: DownloadWords = {
    policy: { hosts: [parseHostRule('files.test'), parseHostRule(`mirror.test:${server.port}`)] },
    resolve: () => Promise.resolve([`127.0.0.${++lookups}`]),
  };
  await assert.rejects(begin(server, CONTENT, words), withCode('NETWORK_HOST_NOT_ALLOWED'));
  assert.deepEqual([lookups, server.requests.length], [0, 0]);
});

for (const addresses of [
  ['169.254.169.254'],
  ['10.0.0.1'],
  ['::ffff:7f00:1'],
  ['8.8.8.8', '192.168.0.1'],
  ['fe80::1%eth0'],
  ['0x7f.1'],
  ['64:ff9b::7f00:1'],
]) {
  test(`a name that leads to ${addresses.join(' and ')} is refused`, async () => {
    await assert.rejects(
      begin({ port: 443, requests: [] }, CONTENT, { resolve: () => Promise.resolve(addresses) }),
      withCode('NETWORK_ADDRESS_REFUSED'),
    );
  });
}

test('this machine is refused unless it is meant, by name and by address', async (t) => {
  const server = await startServer(t, serveFile(CONTENT));
  for (const host of ['localhost', '127.0.0.1']) {
    await assert.rejects(
      openDownload(
        { url: `https://${host}:${server.port}/m`, sha256: digestOf(CONTENT) },
        policyFor([server.port], { policy: { networks: [] } }),
        { createHasher },
      ),
      withCode('NETWORK_ADDRESS_REFUSED', /this machine/),
    );
  }
  assert.equal(server.requests.length, 0);
});

test('an answer of the name server that changes has no effect: what was checked is what is connected to', async (t) => {
  const server = await startServer(t, serveFile(CONTENT));
  const answers = [['127.0.0.1'], ['169.254.169.254']];
  let lookups = 0;
  const resolve = (): Promise<readonly string[]> => Promise.resolve(answers[lookups++] ?? []);
  assert.deepEqual(await fetchAll(server, CONTENT, { resolve }), CONTENT);
  assert.equal(lookups, 1);
});

test('an answer of the name server that changes before a resumption is checked again', async (t) => {
  const server = await startServer(t, serveFile(CONTENT, { cutAt: [1000] }));
  let lookups = 0;
  const resolve = (): Promise<readonly string[]> =>
    Promise.resolve([lookups++ === 0 ? '127.0.0.1' : '10.0.0.1']);
  await assert.rejects(fetchAll(server, CONTENT, { resolve }), withCode('NETWORK_ADDRESS_REFUSED'));
});

test('the next address is tried where one does not answer', async (t) => {
  const server = await startServer(t, serveFile(CONTENT));
  assert.deepEqual(
    await fetchAll(server, CONTENT, { resolve: () => Promise.resolve(['127.0.0.99', '127.0.0.1']) }),
    CONTENT,
  );
});

test('redirects are followed one by one to allowed hosts', async (t) => {
  const server = await startServer(t, (request, response) => {
    const step = Number(/\d$/.exec(request.url ?? '')?.[0] ?? 0);
    if (step === 5) serveFile(CONTENT)(request, response);
    else response.writeHead([301, 302, 303, 307, 308][step] ?? 302, { location: `/step${step + 1}` }).end();
  });
  await using download = await begin(server, CONTENT);
  assert.equal(download.from, `https://files.test:${server.port}/step5`);
});

test('ten redirects are too many', async (t) => {
  const server = await answering(t, { location: '/again' }, { status: 302 });
  await assert.rejects(begin(server, CONTENT), withCode('NETWORK_REDIRECT_REFUSED', /more than 5/));
  assert.equal(server.requests.length, 6);
});

const REDIRECTS: readonly (readonly [what: string, location: string | undefined, code: ErrorCode])[] = [
  ['a private address', 'https://10.0.0.1/secret', 'NETWORK_HOST_NOT_ALLOWED'],
  ['a metadata service', 'https://169.254.169.254/latest/meta-data', 'NETWORK_HOST_NOT_ALLOWED'],
  ['plain http', 'http://files.test:PORT/model.bin', 'NETWORK_REDIRECT_REFUSED'],
  ['a stranger', 'https://evil.example/model.bin', 'NETWORK_HOST_NOT_ALLOWED'],
  ['another port', 'https://files.test:1/model.bin', 'NETWORK_HOST_NOT_ALLOWED'],
  ['a user name', 'https://me@files.test:PORT/model.bin', 'NETWORK_URL_REFUSED'],
  ['a number for an address', 'https://2130706433:PORT/model.bin', 'NETWORK_URL_REFUSED'],
  ['a file', 'file:///etc/passwd', 'NETWORK_URL_REFUSED'],
  ['nowhere', undefined, 'NETWORK_REDIRECT_REFUSED'],
];

for (const [what, location, code] of REDIRECTS) {
  test(`a redirect to ${what} is refused`, async (t) => {
    const server = await startServer(t, (_request, response) =>
      response
        .writeHead(
          302,
          location === undefined ? {} : { location: location.replace('PORT', String(server.port)) },
        )
        .end(),
    );
    await assert.rejects(begin(server, CONTENT), withCode(code));
    assert.equal(server.requests.length, 1);
  });
}

test('a redirect to an allowed name that leads to a private address is refused', async (t) => {
  const server = await startServer(t, (_request, response) =>
    response.writeHead(302, { location: `https://mirror.test:${server.port}/` }).end(),
  );
  const resolve = (host: string): Promise<readonly string[]> =>
    Promise.resolve([host === 'mirror.test' ? '192.168.1.1' : '127.0.0.1']);
  await assert.rejects(
    begin(server, CONTENT, { resolve }),
    withCode('NETWORK_ADDRESS_REFUSED', /mirror\.test leads to a private network/),
  );
});

test('a token goes to the first host only, and does not come back with a redirect', async (t) => {
  const server = await startServer(t, (request, response) => {
    const place = `${request.headers.host ?? ''}${request.url ?? ''}`;
    if (place.endsWith('/model.bin')) response.writeHead(302, { location: '/second' }).end();
    else if (place.endsWith('/second'))
      response.writeHead(302, { location: `https://mirror.test:${server.port}/third` }).end();
    else if (place.endsWith('/third'))
      response.writeHead(302, { location: `https://files.test:${server.port}/fourth` }).end();
    else serveFile(CONTENT)(request, response);
  });
  const bearer = SecretBytes.copyOf(utf8Bytes('t0ken'));
  assert.deepEqual(await fetchAll(server, CONTENT, { request: { bearer } }), CONTENT);
  assert.deepEqual(
    server.requests.map(({ headers }) => headers.authorization),
    ['Bearer t0ken', 'Bearer t0ken', undefined, undefined],
  );
  const broken = { request: { bearer: SecretBytes.copyOf(utf8Bytes('a\r\nx: y')) } };
  await assert.rejects(begin(server, CONTENT, broken), withCode('INPUT_INVALID'));
});

test('a certificate of another host, of nobody known, or of itself is refused', async (t) => {
  const other = await startServer(t, serveFile(CONTENT), { certificate: 'other-host.pem' });
  await assert.rejects(begin(other, CONTENT), withCode('NETWORK_TLS_NAME'));
  const own = await startServer(t, serveFile(CONTENT), { certificate: 'self-signed.pem' });
  await assert.rejects(begin(own, CONTENT), withCode('NETWORK_TLS_UNTRUSTED'));
  const unknown = await startServer(t, serveFile(CONTENT));
  const { ca: _ca, ...withoutAuthority } = policyFor([unknown.port]);
  await assert.rejects(
    openDownload(
      { url: `https://files.test:${unknown.port}/m`, sha256: digestOf(CONTENT) },
      withoutAuthority,
      { createHasher, resolve: resolveHere },
    ),
    withCode('NETWORK_TLS_UNTRUSTED'),
  );
  assert.deepEqual([other.requests.length, own.requests.length, unknown.requests.length], [0, 0, 0]);
});

test('no variable of the environment switches the verification off', async (t) => {
  const own = await startServer(t, serveFile(CONTENT), { certificate: 'self-signed.pem' });
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  t.after(() => delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']);
  await assert.rejects(begin(own, CONTENT), withCode('NETWORK_TLS_UNTRUSTED'));
});

test('TLS older than 1.2 is refused', async (t) => {
  const options = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  const port = await listen(
    t,
    createTlsServer({ ...options, key: fixture('server-key.pem'), cert: fixture('localhost.pem') }),
  );
  await assert.rejects(begin({ port, requests: [] }, CONTENT), withCode('NETWORK_TLS_FAILED'));
});

test('a host that does not speak TLS, and one that is not there, are told apart', async (t) => {
  const plain = await startServer(t, serveFile(CONTENT), { isPlain: true });
  await assert.rejects(begin(plain, CONTENT), withCode('NETWORK_TLS_FAILED'));
  await assert.rejects(
    begin({ port: 1, requests: [] }, CONTENT),
    withCode('NETWORK_UNREACHABLE', /ECONNREFUSED/),
  );
  const unknown = { resolve: () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })) };
  await assert.rejects(begin(plain, CONTENT, unknown), withCode('NETWORK_NAME_UNKNOWN'));
});

test('http is for this machine, and for those who say so', async (t) => {
  const server = await startServer(t, serveFile(CONTENT), { isPlain: true });
  const request = { url: `http://files.test:${server.port}/model.bin` };
  await assert.rejects(begin(server, CONTENT, { request }), withCode('NETWORK_URL_REFUSED'));
  const policy = { allowLoopback: true };
  assert.deepEqual(await fetchAll(server, CONTENT, { request, policy }), CONTENT);
  const resolve = (): Promise<readonly string[]> => Promise.resolve(['93.184.215.14']);
  await assert.rejects(begin(server, CONTENT, { request, policy, resolve }), withCode('NETWORK_URL_REFUSED'));
});

/** A proxy that tunnels everything to this machine, and notes what it was asked. */
async function startProxy(
  t: TestContext,
  { answer = 'HTTP/1.1 200 OK\r\n\r\n', isTls = false } = {},
): Promise<{ readonly proxy: Proxy; readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const serve = (client: Socket): void => {
    client.on('error', () => undefined);
    client.once('data', (head) => {
      const [line = ''] = head.toString('latin1').split('\r\n');
      asked.push(line);
      client.write(answer);
      const target = connect(Number(/:(\d+) /.exec(line)?.[1]), '127.0.0.1');
      target.on('error', () => client.destroy());
      client.pipe(target).pipe(client);
    });
  };
  const certified = { key: fixture('server-key.pem'), cert: fixture('localhost.pem') };
  const port = await listen(t, isTls ? createTlsServer(certified, serve) : createServer(serve));
  return { proxy: parseProxy(`${isTls ? 'https' : 'http'}://127.0.0.1:${port}`), asked };
}

for (const isTls of [false, true]) {
  test(`a proxy ${isTls ? 'over TLS ' : ''}gets the name to tunnel to, and sees nothing but TLS`, async (t) => {
    const server = await startServer(t, serveFile(CONTENT));
    const { proxy, asked } = await startProxy(t, { isTls });
    const words: DownloadWords = {
      policy: { proxy },
      resolve: () => Promise.reject(new Error('no name is looked up here')),
    };
    assert.deepEqual(await fetchAll(server, CONTENT, words), CONTENT);
    assert.deepEqual(asked, [`CONNECT files.test:${server.port} HTTP/1.1`]);
  });
}

test('behind a proxy the list of hosts, written addresses and certificates are still checked', async (t) => {
  const server = await startServer(t, serveFile(CONTENT), { certificate: 'other-host.pem' });
  const { proxy, asked } = await startProxy(t);
  await assert.rejects(
    begin(server, CONTENT, { policy: { proxy, hosts: [] } }),
    withCode('NETWORK_HOST_NOT_ALLOWED'),
  );
  const request = { url: `https://127.0.0.1:${server.port}/m` };
  await assert.rejects(
    begin(server, CONTENT, { policy: { proxy, networks: [] }, request }),
    withCode('NETWORK_ADDRESS_REFUSED'),
  );
  assert.deepEqual(asked, []);
  await assert.rejects(begin(server, CONTENT, { policy: { proxy } }), withCode('NETWORK_TLS_NAME'));
});

test('a proxy that refuses, and http through a proxy, are refused', async (t) => {
  const server = await startServer(t, serveFile(CONTENT));
  const { proxy } = await startProxy(t, { answer: 'HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n' });
  await assert.rejects(
    begin(server, CONTENT, { policy: { proxy } }),
    withCode('NETWORK_PROXY_REFUSED', /403/),
  );
  const request = { url: `http://files.test:${server.port}/m` };
  await assert.rejects(
    begin(server, CONTENT, { policy: { proxy, allowLoopback: true }, request }),
    withCode('NETWORK_URL_REFUSED'),
  );
});

test('no message shows the query of an address', async (t) => {
  const server = await answering(t, {}, { status: 404 });
  const request = { url: `https://files.test:${server.port}/model.bin?X-Signature=s3cret` };
  await assert.rejects(
    begin(server, CONTENT, { request }),
    (error) => isStrongroomError(error) && !error.message.includes('s3cret'),
  );
  assert.match(server.requests[0]?.url ?? '', /s3cret/);
});
