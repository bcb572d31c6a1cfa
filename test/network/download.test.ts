import assert from 'node:assert/strict';
import type { OutgoingHttpHeaders } from 'node:http';
import { createServer } from 'node:net';
import test from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { gzipSync } from 'node:zlib';
import type { ErrorCode } from '../../src/errors/index.ts';
import {
  answering,
  begin,
  bytesOfSize,
  CONTENT,
  fetchAll,
  fixture,
  listen,
  serveFile,
  startServer,
  withCode,
} from './local-server.ts';

test('a file comes whole, over TLS, with its announced size', async (t) => {
  const server = await startServer(t, serveFile(CONTENT));
  const progress: (number | undefined)[] = [];
  await using download = await begin(server, CONTENT, {
    request: { onProgress: (done, total) => void progress.push(done, total) },
  });
  assert.equal(download.size, CONTENT.length);
  assert.equal(download.from, `https://files.test:${server.port}/model.bin`);
  const parts: Uint8Array[] = [];
  for await (const part of download.read()) parts.push(Buffer.from(part));
  assert.deepEqual(Buffer.concat(parts), CONTENT);
  assert.deepEqual(progress.slice(-2), [CONTENT.length, CONTENT.length]);
  const { headers } = server.requests[0] ?? {};
  assert.deepEqual([headers?.['accept-encoding'], headers?.host], ['identity', `files.test:${server.port}`]);
});

test('a file in chunks, without a length, comes whole too', async (t) => {
  const server = await startServer(t, (_request, response) => {
    response.writeHead(200);
    for (let at = 0; at < CONTENT.length; at += 50_000) response.write(CONTENT.subarray(at, at + 50_000));
    response.end();
  });
  assert.deepEqual(await fetchAll(server, CONTENT), CONTENT);
});

test('a wrong digest fails before the end of the stream', async (t) => {
  const server = await startServer(t, serveFile(CONTENT));
  await assert.rejects(
    fetchAll(server, bytesOfSize(5)),
    withCode('NETWORK_DIGEST_MISMATCH', /expected sha256/),
  );
});

test('a size other than the one given is refused before a byte, or when it shows', async (t) => {
  const server = await startServer(t, serveFile(CONTENT));
  const words = { request: { size: CONTENT.length + 1 } };
  await assert.rejects(begin(server, CONTENT, words), withCode('NETWORK_SIZE_MISMATCH'));
  const chunked = await startServer(
    t,
    (_request, response) => void response.write(CONTENT, () => response.end()),
  );
  await assert.rejects(fetchAll(chunked, CONTENT, words), withCode('NETWORK_SIZE_MISMATCH'));
  await assert.rejects(
    fetchAll(chunked, CONTENT, { request: { size: CONTENT.length - 1 } }),
    withCode('NETWORK_SIZE_MISMATCH'),
  );
});

test('too large a size is refused as soon as it is announced', async (t) => {
  const server = await answering(t, { 'content-length': 10 ** 12 });
  await assert.rejects(begin(server, CONTENT, { limits: { maxBytes: 1000 } }), withCode('NETWORK_TOO_LARGE'));
});

test('an endless body ends at the limit', async (t) => {
  const server = await startServer(t, (_request, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write(CONTENT));
    };
    response.on('drain', more);
    more();
  });
  await assert.rejects(
    fetchAll(server, CONTENT, { limits: { maxBytes: 2_000_000 } }),
    withCode('NETWORK_TOO_LARGE'),
  );
});

test('a reader that does not read holds the host back', async (t) => {
  let sent = 0;
  const server = await startServer(t, (_request, response) => {
    const more = (): void => {
      while (!response.destroyed && sent < 2 ** 30 && response.write(CONTENT)) sent += CONTENT.length;
    };
    response.on('drain', more);
    more();
  });
  await using download = await begin(server, CONTENT);
  for await (const _part of download.read()) {
    let before = -1;
    while (before !== sent) {
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    break;
  }
  assert.ok(sent < 64 * 2 ** 20, `${sent} bytes were sent to nobody`);
});

test('a body that stands still is given up, after tries to resume', async (t) => {
  const server = await startServer(t, (_request, response) => {
    response.writeHead(200, { etag: '"one"', 'content-length': CONTENT.length });
    response.write(CONTENT.subarray(0, 1000));
  });
  const limits = { idleTimeoutMs: 40, maxResumes: 2 };
  await assert.rejects(fetchAll(server, CONTENT, { limits }), withCode('NETWORK_STALLED'));
  assert.equal(server.requests.length, 3);
});

test('a body that trickles is given up', async (t) => {
  const server = await startServer(t, (_request, response) => {
    response.writeHead(200, { etag: '"one"', 'content-length': CONTENT.length });
    const timer = setInterval(() => response.write('x'), 5);
    response.on('close', () => clearInterval(timer));
  });
  const limits = { rateWindowMs: 60, minBytesPerSecond: 100_000 };
  await assert.rejects(fetchAll(server, CONTENT, { limits }), withCode('NETWORK_TOO_SLOW'));
});

test('the time for everything is limited, also with a host that always sends a little', async (t) => {
  const server = await startServer(t, (_request, response) => {
    const timer = setInterval(() => response.write('x'), 5);
    response.on('close', () => clearInterval(timer));
  });
  await assert.rejects(
    fetchAll(server, CONTENT, { limits: { totalTimeoutMs: 80 } }),
    withCode('NETWORK_TIMEOUT'),
  );
});

test('a host that accepts and then says nothing is given up', async (t) => {
  const silent = await listen(t, createServer());
  await assert.rejects(
    begin({ port: silent, requests: [] }, CONTENT, { limits: { connectTimeoutMs: 50 } }),
    withCode('NETWORK_TIMEOUT', /connect/),
  );
  const mute = await startServer(t, () => undefined);
  await assert.rejects(
    begin(mute, CONTENT, { limits: { headerTimeoutMs: 50 } }),
    withCode('NETWORK_TIMEOUT', /answer/),
  );
});

test('a signal ends a download at once, wherever it is', async (t) => {
  const server = await startServer(t, (_request, response) => {
    response.writeHead(200, { 'content-length': CONTENT.length });
    response.write(CONTENT.subarray(0, 1000));
  });
  const controller = new AbortController();
  const words = { request: { signal: controller.signal } };
  await using download = await begin(server, CONTENT, words);
  await assert.rejects(async () => {
    for await (const _part of download.read()) controller.abort();
  }, withCode('ABORTED'));
  await assert.rejects(begin(server, CONTENT, words), withCode('ABORTED'));
});

test('a cut connection is resumed by range, as often as there is progress', async (t) => {
  const server = await startServer(t, serveFile(CONTENT, { cutAt: [100_000, 150_000, 250_000] }));
  const resumed: number[] = [];
  const content = await fetchAll(server, CONTENT, {
    request: { onResume: ({ at }) => void resumed.push(at) },
  });
  assert.deepEqual(content, CONTENT);
  assert.equal(resumed.length, 3);
  assert.deepEqual(
    server.requests.slice(1).map(({ headers }) => [headers.range, headers['if-range']]),
    resumed.map((at) => [`bytes=${at}-`, '"one"']),
  );
});

test('a connection that is cut at once, again and again, is given up', async (t) => {
  const server = await startServer(t, serveFile(CONTENT, { cutAt: new Array<number>(9).fill(10) }));
  await assert.rejects(fetchAll(server, CONTENT, { limits: { maxResumes: 3 } }), withCode('NETWORK_CUT'));
  assert.equal(server.requests.length, 4);
});

test('a host without ranges is read from the start, and nothing comes twice', async (t) => {
  let isFirst = true;
  const server = await startServer(t, (_request, response) => {
    response.writeHead(200, { etag: '"one"', 'content-length': CONTENT.length });
    if (isFirst) response.write(CONTENT.subarray(0, 123_456), () => response.socket?.destroySoon());
    else response.end(CONTENT);
    isFirst = false;
  });
  assert.deepEqual(await fetchAll(server, CONTENT), CONTENT);
});

test('a date that is old enough serves where there is no entity tag, a fresh one or a weak tag does not', async (t) => {
  const cutOnce = (headers: OutgoingHttpHeaders) => {
    let isFirst = true;
    return startServer(t, (request, response) => {
      if (isFirst) {
        response.writeHead(200, { ...headers, 'content-length': CONTENT.length });
        response.write(CONTENT.subarray(0, 1000), () => response.socket?.destroySoon());
      } else {
        const from = Number(/\d+/.exec(request.headers.range ?? '')?.[0]);
        response.writeHead(206, { 'content-range': `bytes ${from}-${CONTENT.length - 1}/${CONTENT.length}` });
        response.end(CONTENT.subarray(from));
      }
      isFirst = false;
    });
  };
  const old = await cutOnce({ 'last-modified': new Date(Date.now() - 3_600_000).toUTCString() });
  assert.deepEqual(await fetchAll(old, CONTENT), CONTENT);
  for (const headers of [{ 'last-modified': new Date().toUTCString() }, { etag: 'W/"one"' }, {}]) {
    const server = await cutOnce(headers);
    await assert.rejects(fetchAll(server, CONTENT), withCode('NETWORK_CUT', /nothing tells/));
    assert.equal(server.requests.length, 1);
  }
});

const CHANGED: readonly (readonly [
  what: string,
  status: number,
  headers: OutgoingHttpHeaders,
  code: ErrorCode,
])[] = [
  ['another tag', 200, { etag: '"two"' }, 'NETWORK_CHANGED'],
  ['no tag any more', 200, {}, 'NETWORK_CHANGED'],
  [
    'a part of another file',
    206,
    { etag: '"two"', 'content-range': 'bytes 1000-299999/300000' },
    'NETWORK_CHANGED',
  ],
  [
    'a part of a larger file',
    206,
    { etag: '"one"', 'content-range': 'bytes 1000-399999/400000' },
    'NETWORK_CHANGED',
  ],
  ['no such range', 416, { 'content-range': 'bytes */500' }, 'NETWORK_CHANGED'],
  [
    'another part',
    206,
    { etag: '"one"', 'content-range': 'bytes 0-299999/300000' },
    'NETWORK_ANSWER_UNEXPECTED',
  ],
  ['a part without saying which', 206, { etag: '"one"' }, 'NETWORK_ANSWER_UNEXPECTED'],
  ['nothing there', 404, {}, 'NETWORK_NOT_FOUND'],
  [
    'a packed rest',
    206,
    { etag: '"one"', 'content-encoding': 'gzip', 'content-range': 'bytes 1000-299999/300000' },
    'NETWORK_ENCODED',
  ],
];

for (const [what, status, headers, code] of CHANGED) {
  test(`after a cut, ${what} is refused`, async (t) => {
    const server = await startServer(t, (_request, response) => {
      if (server.requests.length > 1) return void response.writeHead(status, headers).end('x');
      response.writeHead(200, { etag: '"one"', 'content-length': CONTENT.length });
      return void response.write(CONTENT.subarray(0, 1000), () => response.socket?.destroySoon());
    });
    await assert.rejects(fetchAll(server, CONTENT), withCode(code));
    assert.equal(server.requests.length, 2);
  });
}

test('a busy host is asked again after a cut', async (t) => {
  const file = serveFile(CONTENT, { cutAt: [1000] });
  const server = await startServer(t, (request, response) => {
    if (server.requests.length === 2) response.writeHead(503).end();
    else file(request, response);
  });
  assert.deepEqual(await fetchAll(server, CONTENT), CONTENT);
});

test('a body in another coding than asked for is refused', async (t) => {
  const packed = await answering(t, { 'content-encoding': 'gzip' }, { body: gzipSync(CONTENT) });
  await assert.rejects(begin(packed, CONTENT), withCode('NETWORK_ENCODED'));
  const named = await answering(t, { 'content-encoding': 'identity' }, { body: CONTENT });
  assert.deepEqual(await fetchAll(named, CONTENT), CONTENT);
});

for (const [status, code] of [
  [404, 'NETWORK_NOT_FOUND'],
  [401, 'NETWORK_ACCESS_REFUSED'],
  [403, 'NETWORK_ACCESS_REFUSED'],
  [429, 'NETWORK_BUSY'],
  [500, 'NETWORK_BUSY'],
  [204, 'NETWORK_ANSWER_UNEXPECTED'],
  [206, 'NETWORK_ANSWER_UNEXPECTED'],
  [304, 'NETWORK_ANSWER_UNEXPECTED'],
] as const) {
  test(`an answer ${status} is ${code}`, async (t) => {
    await assert.rejects(begin(await answering(t, {}, { status }), CONTENT), withCode(code));
  });
}

test('huge headers are refused', async (t) => {
  const server = await answering(t, { 'x-filler': 'x'.repeat(60_000) });
  await assert.rejects(begin(server, CONTENT), withCode('NETWORK_HEADERS_TOO_LARGE'));
});

test('what is not http is refused', async (t) => {
  const port = await listen(
    t,
    createTlsServer({ key: fixture('server-key.pem'), cert: fixture('localhost.pem') }, (socket) =>
      socket.end('220 mail\r\n\r\n'),
    ),
  );
  await assert.rejects(begin({ port, requests: [] }, CONTENT), withCode('NETWORK_ANSWER_UNEXPECTED'));
});
