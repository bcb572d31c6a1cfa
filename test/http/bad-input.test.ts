// Whatever comes in, what goes out is a problem with a code and a request id, and nothing of the inside.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectPlain } from 'node:net';
import { before, suite, test } from 'node:test';
import { connect } from 'node:tls';
import { type Call, MODEL, putVersion, type ServedHome, serveHome } from './server-kit.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

interface Bad extends Call {
  readonly path: string;
  readonly status: number;
  readonly code: string;
}

const deep = `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`;
const BAD: Readonly<Record<string, Bad>> = {
  'no JSON': {
    path: '/api/v1/namespaces',
    method: 'POST',
    body: '{',
    headers: JSON_TYPE,
    status: 400,
    code: 'REQUEST_MALFORMED',
  },
  'a name twice': {
    path: '/api/v1/namespaces',
    method: 'POST',
    body: '{"name":"a","name":"b"}',
    headers: JSON_TYPE,
    status: 400,
    code: 'REQUEST_MALFORMED',
  },
  __proto__: {
    path: '/api/v1/namespaces',
    method: 'POST',
    body: '{"name":"lab","__proto__":{"x":1}}',
    headers: JSON_TYPE,
    status: 400,
    code: 'REQUEST_MALFORMED',
  },
  'too deep': {
    path: '/api/v1/namespaces',
    method: 'POST',
    body: deep,
    headers: JSON_TYPE,
    status: 400,
    code: 'REQUEST_MALFORMED',
  },
  'not UTF-8': {
    path: '/api/v1/namespaces',
    method: 'POST',
    body: Buffer.from([0x22, 0xff, 0x22]),
    headers: JSON_TYPE,
    status: 400,
    code: 'REQUEST_MALFORMED',
  },
  'an unknown field': {
    path: '/api/v1/namespaces',
    method: 'POST',
    json: { name: 'lab', owner: 'me' },
    status: 400,
    code: 'INPUT_INVALID',
  },
  'a wrong type': {
    path: '/api/v1/namespaces',
    method: 'POST',
    json: { name: 7 },
    status: 400,
    code: 'INPUT_INVALID',
  },
  'no body': {
    path: '/api/v1/namespaces',
    method: 'POST',
    headers: JSON_TYPE,
    status: 400,
    code: 'INPUT_INVALID',
  },
  'an unknown parameter': { path: '/api/v1/models?owner=me', status: 400, code: 'INPUT_INVALID' },
  'a parameter twice': { path: '/api/v1/models?namespace=a&namespace=b', status: 400, code: 'INPUT_INVALID' },
  'a cursor that is none': { path: '/api/v1/models?cursor=AAAA', status: 400, code: 'INPUT_INVALID' },
  'a name with dots': { path: '/api/v1/models/acme/..churn', status: 400, code: 'INPUT_INVALID' },
  'an escaped slash': { path: '/api/v1/models/acme/a%2Fb', status: 400, code: 'INPUT_INVALID' },
  'a zero byte': { path: '/api/v1/models/acme/a%00b', status: 400, code: 'INPUT_INVALID' },
  'a path out of the version': {
    path: `${MODEL}/versions/1/files/%2e%2e/%2e%2e/etc/passwd`,
    status: 400,
    code: 'INPUT_INVALID',
  },
  'a broken escape': { path: '/api/v1/models/acme/%zz', status: 400, code: 'REQUEST_MALFORMED' },
  'no such address': { path: '/api/v1/nothing', status: 404, code: 'ROUTE_MISSING' },
  'another method': {
    path: '/api/v1/models',
    method: 'PUT',
    json: {},
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
  },
  'another media type': {
    path: '/api/v1/namespaces',
    method: 'POST',
    body: '<a/>',
    headers: { 'content-type': 'text/xml' },
    status: 415,
    code: 'MEDIA_TYPE_UNSUPPORTED',
  },
  'a form without its type': {
    path: '/api/v1/namespaces',
    method: 'POST',
    body: 'name=lab',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    status: 415,
    code: 'MEDIA_TYPE_UNSUPPORTED',
  },
  'a body too large': {
    path: '/api/v1/namespaces',
    method: 'POST',
    body: `"${'x'.repeat(1_100_000)}"`,
    headers: JSON_TYPE,
    status: 413,
    code: 'INPUT_TOO_LARGE',
  },
  'an access code that is none': {
    path: `${MODEL}/versions/1/files/m.bin`,
    headers: { 'strongroom-access-code': '***' },
    status: 400,
    code: 'REQUEST_MALFORMED',
  },
  'bytes beyond the end': {
    path: `${MODEL}/versions/1/files/m.bin`,
    headers: { range: 'bytes=100-' },
    status: 416,
    code: 'RANGE_UNSATISFIABLE',
  },
  'a file that is not there': { path: `${MODEL}/versions/1/files/n.bin`, status: 404, code: 'FILE_MISSING' },
  'an Idempotency-Key that is none': {
    path: '/api/v1/namespaces',
    method: 'POST',
    json: { name: 'lab' },
    headers: { 'idempotency-key': 'a b' },
    status: 400,
    code: 'REQUEST_MALFORMED',
  },
};

/** What must never come out: stacks, places on the disk, what the parts are called. */
const INTERNAL = /\bat .*\.ts:|node_modules|\/home\/|\/tmp\/|sqlite|SELECT |zod|fastify|\bError: /i;

suite('bad input', () => {
  let served: ServedHome;
  let admin: string;
  const cleanUp: (() => Promise<void> | void)[] = [];

  before(async () => {
    served = await serveHome({ after: (work) => void cleanUp.push(work as () => Promise<void>) });
    await putVersion(served, { 'm.bin': 'weights' });
    admin = await served.tokenOf('admin');
  });
  test.after(async () => {
    for (const work of cleanUp.reverse()) await work();
  });

  for (const [name, { path, status, code, ...call }] of Object.entries(BAD)) {
    test(`${name} gives ${status} ${code}`, async () => {
      const answer = await served.call(path, { token: admin, ...call });
      assert.deepEqual([answer.status, answer.json['code']], [status, code], answer.text);
      assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
      assert.equal(answer.json['requestId'], answer.headers['x-request-id']);
      // The id of the request is random: now and then it spells the name of a library.
      const told = answer.text.replaceAll(String(answer.headers['x-request-id']), '');
      assert.doesNotMatch(told, INTERNAL);
      assert.equal(answer.headers['x-content-type-options'], 'nosniff');
      assert.equal(answer.headers['server'], undefined);
    });
  }

  test('a wrong field is named by its place', async () => {
    const answer = await served.call('/api/v1/namespaces', {
      method: 'POST',
      token: admin,
      json: { name: 'lab', keyScope: 'x' },
    });
    assert.deepEqual(
      (answer.json['errors'] as { pointer: string }[]).map(({ pointer }) => pointer),
      ['/keyScope'],
    );
  });

  test('the id of a request is the client’s own only where it is well-formed', async () => {
    const own = await served.call('/healthz', {
      headers: { 'x-request-id': '018f4c2e-7b1a-4c3d-9e2f-0123456789ab' },
    });
    assert.equal(own.headers['x-request-id'], '018f4c2e-7b1a-4c3d-9e2f-0123456789ab');
    const bad = await served.call('/healthz', { headers: { 'x-request-id': '<script>alert(1)</script>' } });
    assert.match(String(bad.headers['x-request-id']), /^[A-Za-z0-9_-]{22}$/);
  });

  const raw = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: 'localhost', port: served.port, ca: served.ca }, () =>
        socket.write(text),
      );
      let got = '';
      socket.on('data', (chunk) => (got += chunk.toString('latin1')));
      socket.on('error', reject);
      socket.on('close', () => resolve(got));
      socket.setTimeout(5000, () => socket.destroy(new Error(`still open: ${got}`)));
    });

  test('who sends a body whole before reading learns why it is refused, and the connection goes on', async () => {
    const body = ' '.repeat(3 * 2 ** 20);
    const token = await served.tokenOf('admin');
    const head = (rest: string) =>
      `HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n${rest}\r\n`;
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect({ host: 'localhost', port: served.port, ca: served.ca });
      let got = '';
      socket.pause().on('error', reject);
      socket.on('close', () => resolve(got)).on('data', (chunk) => (got += chunk.toString('latin1')));
      const json = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
      socket.write(`POST /api/v1/namespaces ${head(json)}${body}`, () => {
        socket.resume();
        socket.write(`GET /healthz ${head('Connection: close\r\n')}`);
      });
    });
    assert.match(answer, /^HTTP\/1\.1 413 [\s\S]*"code":"INPUT_TOO_LARGE"[\s\S]*HTTP\/1\.1 200 /);
  });

  test('a connection ends after its last request with a word of it, and never while a body is on its way', async (t) => {
    const few = await serveHome(t, { limits: { maxRequestsPerConnection: 2 } });
    const socket = connect({ host: 'localhost', port: few.port, ca: few.ca });
    let got = '';
    socket.on('data', (chunk) => (got += chunk.toString('latin1')));
    const until = async (pattern: RegExp): Promise<void> => {
      while (!pattern.test(got)) await once(socket, 'data');
    };
    for (let turn = 1; turn <= 3; turn++) {
      socket.write('POST /api/v1/namespaces HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n');
      await until(new RegExp(`(?:HTTP/1\\.1 401 [\\s\\S]*){${turn}}`));
      socket.write('begun');
    }
    assert.doesNotMatch(got, /connection: close/i);
    socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(socket, 'close');
    assert.match(got, /HTTP\/1\.1 200 [\s\S]*connection: close/i);
  });

  test('two words on the length of a body are one too many', async () => {
    const both = await raw(
      'POST /api/v1/namespaces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
        'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n',
    );
    assert.match(both, /^HTTP\/1\.1 400 /);
    assert.equal(both.match(/HTTP\/1\.1 /g)?.length, 1, 'the smuggled request is not answered');
    const twice = await raw(
      'POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    );
    assert.match(twice, /^HTTP\/1\.1 400 /);
  });

  test('a flood of header fields is refused', async () => {
    const answer = await raw(
      `GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`,
    );
    assert.match(answer, /^HTTP\/1\.1 431 /);
    assert.match(answer, /"code":"HEADERS_TOO_LARGE"/);
  });

  test('a request without a host, and no HTTP at all, are refused', async () => {
    assert.match(await raw('GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n'), /^HTTP\/1\.1 400 /);
    assert.match(await raw('hello\r\n\r\n'), /^HTTP\/1\.1 400 /);
  });

  test('plain http is told to use https, and gets nothing else', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connectPlain(served.port, '127.0.0.1', () =>
        socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
      );
      let got = '';
      socket.on('data', (chunk) => (got += chunk.toString()));
      socket.on('error', reject);
      socket.on('close', () => resolve(got));
    });
    assert.match(answer, /^HTTP\/1\.1 400 /);
    assert.match(answer, /https:\/\//);
    assert.doesNotMatch(answer, /^location:/im);
  });
});
