import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { secretCorpus } from '../telemetry/secret-corpus.ts';
import { type Answer, type Asked, logIn, serve, tokenWith } from './serve-guard-kit.ts';

async function everyFile(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

test('a corpus of 200 secrets in every place of a request is in no log, metric, error or audit file', async (t) => {
  const {
    home,
    lines,
    serving,
    ask: send,
  } = await serve(t, '[intrusion]\nmode = "off"\n[log]\nlevel = "debug"\n');
  const scraper = await tokenWith(home, 'scraper', ['metrics:read']);
  const corpus = secretCorpus();
  const answers: Answer[] = [];
  for (const [at, { written, secret }] of corpus.entries()) {
    const inHeader = written.replaceAll(/[\r\n]/g, ' ');
    const inPath = encodeURIComponent(written);
    const base64 = Buffer.from(written).toString('base64url');
    const tries: readonly Asked[] = [
      {
        path: `/api/v1/models?note=${inPath}`,
        headers: { 'x-request-id': inHeader, 'user-agent': inHeader, traceparent: inHeader },
      },
      { path: `/${inPath}`, headers: { authorization: `Bearer ${secret}`, referer: inHeader } },
      { path: `/api/v1/namespaces/${inPath}`, headers: { cookie: `__Host-strongroom=${secret}` } },
      { path: `/api/v1/${base64}/${encodeURIComponent(inPath)}` },
      { ...logIn(secret.slice(0, 60).toLowerCase(), written), path: '/api/v1/log-in' },
      {
        ...logIn('ada', written),
        body: JSON.stringify({ name: { deep: [written] }, [written]: written, password: written }),
      },
      {
        method: 'POST',
        path: '/api/v1/log-in/refresh',
        headers: { 'content-type': 'application/json' },
        body: written,
      },
    ];
    // A different one of them each time, and all of them for the first of every kind.
    const some = at % 10 === 0 ? tries : tries.filter((_, which) => which % 3 === at % 3);
    for (const each of some) answers.push(await send(each));
  }
  assert.deepEqual(
    answers.filter(({ status }) => status < 400 || status >= 500),
    [],
  );
  const metrics = await send({ path: '/metrics', headers: scraper });
  assert.equal(metrics.status, 200);
  await serving.close();
  const files = await everyFile(home);
  const stored = await Promise.all(files.map((file) => readFile(file, 'latin1')));
  const told = [
    ...lines,
    metrics.body,
    ...answers.map(({ body, headers }) => body + JSON.stringify(headers)),
    ...stored,
  ].join('\n');
  assert.ok(files.some((file) => file.endsWith('strongroom.log')));
  assert.ok(lines.length > answers.length);
  for (const { kind, secret } of corpus) {
    for (const spelling of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('hex')]) {
      const where = told.indexOf(spelling);
      assert.equal(where, -1, `${kind}: ${told.slice(Math.max(0, where - 300), where + 100)}`);
    }
  }
});
