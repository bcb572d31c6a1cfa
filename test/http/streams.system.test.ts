// Bytes in and out: ranges, tags, uploads that are cut and taken up again, and what is done once.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:https';
import { before, suite, test } from 'node:test';
import { type Answer, MODEL, putVersion, type ServedHome, serveHome } from './server-kit.ts';

const WEIGHTS = randomBytes(700_001);
const FILE = `${MODEL}/versions/1/files/m.bin`;

suite('streams', () => {
  let served: ServedHome;
  let token: string;
  const cleanUp: (() => Promise<void> | void)[] = [];

  before(async () => {
    served = await serveHome({ after: (work) => void cleanUp.push(work as () => Promise<void>) });
    await putVersion(served, { 'm.bin': WEIGHTS });
    token = await served.tokenOf('admin');
  });
  test.after(async () => {
    for (const work of cleanUp.reverse()) await work();
  });

  const get = (headers: Record<string, string> = {}, path = FILE): Promise<Answer> =>
    served.call(path, { token, headers });

  test('a file comes out byte-exact, with its digest and a strong tag', async () => {
    const answer = await get();
    assert.equal(answer.status, 200);
    assert.ok(answer.bytes.equals(WEIGHTS));
    const digest = createHash('sha256').update(WEIGHTS);
    assert.equal(answer.headers['etag'], `"${digest.copy().digest('hex')}"`);
    assert.equal(answer.headers['repr-digest'], `sha-256=:${digest.digest('base64')}:`);
    assert.match(String(answer.headers['content-disposition']), /^attachment/);
  });

  const RANGES: readonly (readonly [range: string, status: number, from: number, to: number])[] = [
    ['bytes=0-0', 206, 0, 1],
    ['bytes=262100-262199', 206, 262_100, 262_200],
    ['bytes=700000-', 206, 700_000, 700_001],
    ['bytes=-5', 206, 699_996, 700_001],
    ['bytes=699999-9999999', 206, 699_999, 700_001],
    ['bytes=0-1,4-5', 200, 0, 700_001],
    ['lines=1-2', 200, 0, 700_001],
    ['bytes=5-2', 200, 0, 700_001],
  ];
  for (const [range, status, from, to] of RANGES) {
    test(`${range} gives ${status} with those bytes`, async () => {
      const answer = await get({ range });
      assert.equal(answer.status, status);
      assert.ok(answer.bytes.equals(WEIGHTS.subarray(from, to)));
      const told = status === 206 ? `bytes ${from}-${to - 1}/700001` : undefined;
      assert.equal(answer.headers['content-range'], told);
    });
  }

  test('a range counts only while the file is the one that the client has a part of', async () => {
    const { etag } = (await served.call(FILE, { method: 'HEAD', token })).headers;
    assert.equal((await get({ range: 'bytes=0-9', 'if-range': String(etag) })).status, 206);
    assert.equal((await get({ range: 'bytes=0-9', 'if-range': '"another"' })).status, 200);
    assert.equal((await get({ 'if-none-match': String(etag) })).status, 304);
    assert.equal((await get({ 'if-match': '"another"' })).status, 412);
  });

  test('HEAD tells what GET would, without a byte', async () => {
    const answer = await served.call(FILE, { method: 'HEAD', token });
    assert.deepEqual(
      [answer.status, answer.headers['content-length'], answer.bytes.length],
      [200, '700001', 0],
    );
  });

  test('an answer that did not change is not sent again, and a change asks for the state that it knows', async () => {
    const first = await served.call(MODEL, { token });
    const tag = String(first.headers['etag']);
    assert.equal((await served.call(MODEL, { token, headers: { 'if-none-match': tag } })).status, 304);
    const change = (ifMatch: string, description: string) =>
      served.call(MODEL, { method: 'PATCH', token, json: { description }, headers: { 'if-match': ifMatch } });
    assert.equal((await change(tag, 'one')).status, 200);
    assert.equal((await change(tag, 'two')).status, 412);
  });

  test('a client that goes away in the middle of a download leaves the server well', async () => {
    const outgoing = request({
      host: 'localhost',
      port: served.port,
      ca: served.ca,
      path: FILE,
      headers: { authorization: `Bearer ${token}` },
    });
    outgoing.end();
    const [incoming] = (await once(outgoing, 'response')) as [NodeJS.ReadableStream & { destroy(): void }];
    incoming.destroy();
    assert.ok((await get()).bytes.equals(WEIGHTS));
  });

  const begin = (files: readonly { path: string; size: number }[], as = token) =>
    served.call(`${MODEL}/uploads`, { method: 'POST', token: as, json: { files, aliases: ['fresh'] } });
  const append = (id: unknown, offset: number, body: Uint8Array) =>
    served.call(`/api/v1/uploads/${String(id)}`, {
      method: 'PATCH',
      token,
      body,
      headers: { 'content-type': 'application/partial-upload', 'upload-offset': String(offset) },
    });

  test('an upload in pieces, over the borders of its files, becomes a version', async () => {
    const a = randomBytes(300_000);
    const b = randomBytes(150_000);
    const whole = Buffer.concat([a, b]);
    const made = await begin([
      { path: 'a.bin', size: a.length },
      { path: 'empty.bin', size: 0 },
      { path: 'b.bin', size: b.length },
    ]);
    assert.equal(made.status, 201, made.text);
    assert.equal(made.headers['location'], `/api/v1/uploads/${String(made.json['id'])}`);
    const { id } = made.json;
    let offset = 0;
    for (const end of [1, 299_999, 300_010, whole.length]) {
      const answer = await append(id, offset, whole.subarray(offset, end));
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.headers['upload-offset'], String(end));
      offset = end;
    }
    const done = await served.call(`/api/v1/uploads/${String(id)}/finish`, { method: 'POST', token });
    assert.equal(done.status, 201, done.text);
    assert.deepEqual(
      (done.json['files'] as { path: string; sha256: string }[]).map(({ path, sha256 }) => [path, sha256]),
      [
        ['a.bin', createHash('sha256').update(a).digest('hex')],
        ['b.bin', createHash('sha256').update(b).digest('hex')],
        ['empty.bin', createHash('sha256').digest('hex')],
      ],
    );
  });

  test('a cut connection is taken up where the server says, and nowhere else', async () => {
    const content = randomBytes(400_000);
    const { id } = (await begin([{ path: 'c.bin', size: content.length }])).json;
    const outgoing = request({
      host: 'localhost',
      port: served.port,
      ca: served.ca,
      method: 'PATCH',
      path: `/api/v1/uploads/${String(id)}`,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/partial-upload',
        'upload-offset': '0',
        'content-length': String(content.length),
      },
    });
    outgoing.on('error', () => undefined);
    outgoing.write(content.subarray(0, 100_000));
    const offset = await offsetOf(id, (at) => at === 100_000);
    outgoing.destroy();
    const wrong = await retryWhileBusy(() => append(id, 0, content));
    assert.deepEqual(wrong.json['code'], 'UPLOAD_OFFSET');
    const rest = await retryWhileBusy(() => append(id, offset, content.subarray(offset)));
    assert.equal(rest.status, 200, rest.text);
    const done = await served.call(`/api/v1/uploads/${String(id)}/finish`, { method: 'POST', token });
    const out = await get({}, `${MODEL}/versions/${String(done.json['version'])}/files/c.bin`);
    assert.ok(out.bytes.equals(content));
  });

  async function offsetOf(id: unknown, isReached: (offset: number) => boolean): Promise<number> {
    for (;;) {
      const head = await served.call(`/api/v1/uploads/${String(id)}`, { method: 'HEAD', token });
      const offset = Number(head.headers['upload-offset']);
      if (isReached(offset)) return offset;
    }
  }

  /** Until the server has noticed that the connection before is gone. */
  async function retryWhileBusy(send: () => Promise<Answer>): Promise<Answer> {
    for (;;) {
      const answer = await send();
      if (answer.json['code'] !== 'UPLOAD_BUSY') return answer;
    }
  }

  test('an upload is of the principal who began it, is bounded, and can be given up', async () => {
    const made = await begin([{ path: 'd.bin', size: 10 }]);
    const path = `/api/v1/uploads/${String(made.json['id'])}`;
    const other = await served.tokenOf('admin');
    assert.equal((await served.call(path, { token: other })).json['code'], 'UPLOAD_MISSING');
    assert.equal((await append(made.json['id'], 0, randomBytes(11))).json['code'], 'INPUT_TOO_LARGE');
    assert.equal(
      (await served.call(`${path}/finish`, { method: 'POST', token })).json['code'],
      'UPLOAD_INCOMPLETE',
    );
    assert.equal((await served.call(path, { method: 'DELETE', token })).status, 204);
    assert.equal((await served.call(path, { token })).json['code'], 'UPLOAD_MISSING');
    const many = await Promise.all(
      Array.from({ length: 9 }, () => begin([{ path: 'e.bin', size: 10 }], other)),
    );
    assert.deepEqual(many.map(({ status }) => status).sort(), [...Array.from({ length: 8 }, () => 201), 429]);
  });

  test('a form brings details and several files; one file may come as the body', async () => {
    const boundary = 'x-boundary-x';
    const part = (name: string, content: string, file?: string) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file === undefined ? '' : `; filename="${file}"`}\r\n\r\n${content}\r\n`;
    const details = JSON.stringify({
      metadata: { made: 'here' },
      files: [{ path: 'w/one.bin' }, { path: 'w/two.bin' }],
    });
    const body = `${part('version', details)}${part('file', 'one', 'one.bin')}${part('file', 'two', 'two.bin')}--${boundary}--\r\n`;
    const answer = await served.call(`${MODEL}/versions`, {
      method: 'POST',
      token,
      body,
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    });
    assert.equal(answer.status, 201, answer.text);
    assert.deepEqual(answer.json['metadata'], { made: 'here' });
    assert.deepEqual(
      (answer.json['files'] as { path: string }[]).map(({ path }) => path),
      ['w/one.bin', 'w/two.bin'],
    );
    const single = await served.call(`${MODEL}/versions?path=single.bin&alias=single`, {
      method: 'POST',
      token,
      body: 'just this',
      headers: { 'content-type': 'application/octet-stream' },
    });
    assert.deepEqual([single.status, single.json['aliases']], [201, ['single']], single.text);
  });

  test('a call with an Idempotency-Key is done once, and answered the same again', async () => {
    const create = (name: string, key: string, as = token) =>
      served.call('/api/v1/namespaces', {
        method: 'POST',
        token: as,
        json: { name },
        headers: { 'idempotency-key': `"${key}"` },
      });
    const first = await create('once', 'key-1');
    const again = await create('once', 'key-1');
    assert.deepEqual([first.status, again.status, again.text], [201, 201, first.text]);
    assert.equal(again.headers['idempotency-replayed'], 'true');
    assert.deepEqual((await create('twice', 'key-1')).json['code'], 'IDEMPOTENCY_MISMATCH');
    assert.deepEqual(
      (await create('once', 'key-1', await served.tokenOf('admin'))).json['code'],
      'NAMESPACE_EXISTS',
    );
    assert.equal((await create('once', 'key-2')).status, 409);
    assert.equal((await create('later', 'key-2')).status, 201, 'a failure keeps no key');
  });

  test('an answer with a secret is not kept for another time', async () => {
    const invite = () =>
      served.call('/api/v1/users', {
        method: 'POST',
        token,
        json: { name: 'grace' },
        headers: { 'idempotency-key': 'invite-grace' },
      });
    assert.equal((await invite()).status, 201);
    assert.deepEqual((await invite()).json['code'], 'IDEMPOTENCY_SECRET');
  });

  test('a long call tells how it goes, and its last line what came of it', async () => {
    const answer = await served.call('/api/v1/verify', {
      method: 'POST',
      token,
      json: {},
      headers: { accept: 'application/x-ndjson' },
    });
    const lines = answer.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, Record<string, unknown>>);
    assert.equal(lines.at(-1)?.['result']?.['isClean'], true);
    const bad = await served.call('/api/v1/verify', {
      method: 'POST',
      token,
      json: { ref: 'acme/none' },
      headers: { accept: 'application/x-ndjson' },
    });
    assert.equal(
      (JSON.parse(bad.text.trim()) as Record<string, Record<string, unknown>>)['problem']?.['status'],
      404,
    );
  });

  test('pages of a list fit together and end', async () => {
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const query = cursor === undefined ? '' : `&cursor=${cursor}`;
      const page = await served.call(`/api/v1/roles?limit=3${query}`, { token });
      names.push(...(page.json['items'] as { name: string }[]).map(({ name }) => name));
      cursor = page.json['nextCursor'] as string | undefined;
    } while (cursor !== undefined);
    const all = await served.call('/api/v1/roles?limit=1000', { token });
    assert.deepEqual(
      names,
      (all.json['items'] as { name: string }[]).map(({ name }) => name),
    );
    assert.deepEqual(names, names.toSorted());
  });
});
