import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import type { Permission } from '../../src/api/index.ts';
import { utf8Text } from '../../src/bytes/index.ts';
import { initHome, openStrongroom, type Serving, serveOverHttps } from '../../src/open/index.ts';
import { CHEAP_HASHING, temporaryFolder } from '../kit/temporary-home.ts';
import { parseExposition } from '../telemetry/exposition.ts';
import { secretCorpus } from '../telemetry/secret-corpus.ts';
import { fail2banFilter } from './fail2ban-filter.ts';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Served {
  readonly home: string;
  readonly serving: Serving;
  readonly lines: string[];
  readonly ask: (asked: Asked) => Promise<Answer>;
}

async function serve(t: TestContext, config: string): Promise<Served> {
  const home = join(await temporaryFolder(t), 'home');
  await initHome({ home });
  await writeFile(join(home, 'config.toml'), config, { mode: 0o600 });
  const lines: string[] = [];
  const serving = await serveOverHttps({
    home,
    listen: 'localhost:0',
    env: CHEAP_HASHING,
    // The machine may be busy with other tests.
    limits: { maxEventLoopDelayMs: 0 },
    logTo: { write: (text) => void lines.push(...text.trimEnd().split('\n')) },
  });
  t.after(() => serving.close());
  return { home, serving, lines, ask: (asked) => ask(serving.url, asked) };
}

const AGENT = new Agent({ keepAlive: true, maxSockets: 4 });
after(() => AGENT.destroy());

function ask(url: string, { method = 'GET', path, headers = {}, body }: Asked): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { method, path, headers, rejectUnauthorized: false, agent: AGENT } as const;
    const sent = request(url, options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: Buffer.concat(chunks).toString(),
        });
      });
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const logIn = (name: string, password = 'wrong as can be, my friend'): Asked => ({
  method: 'POST',
  path: '/api/v1/log-in',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ name, password, wants: 'tokens' }),
});

const codeOf = ({ body }: Answer): string => (JSON.parse(body) as { code: string }).code;

/** The header of a service account that may do these things, made by the side of the server. */
async function tokenWith(home: string, name: string, permissions: readonly Permission[]) {
  await using strongroom = await openStrongroom({ home });
  const { id: principal } = await strongroom.api.serviceAccounts.create({ name });
  await strongroom.api.roles.set({ name, permissions });
  await strongroom.api.grants.create({ principal, role: name, on: 'everything' });
  const { secret } = await strongroom.api.tokens.create({ name, owner: principal });
  return { authorization: `Bearer ${utf8Text(secret.expose()) ?? ''}` };
}

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

test('five wrong passwords block their address over HTTPS; it is in the log, the record and the list, and can be lifted', async (t) => {
  const { home, lines, ask: send } = await serve(t, '');
  for (let count = 0; count < 5; count += 1) assert.equal((await send(logIn('ada'))).status, 401);
  const blocked = await send({ path: '/healthz' });
  assert.equal(blocked.status, 403);
  assert.equal(codeOf(blocked), 'ADDRESS_BLOCKED');
  assert.ok(Number(blocked.headers['retry-after']) > 3000);
  assert.ok(lines.some((line) => line.includes('blocked 127.0.0.1: log-in-bruteforce')));
  await using other = await openStrongroom({ home });
  const [block] = await other.api.blocks.list();
  assert.equal(block?.source, '127.0.0.1');
  assert.equal(block.scenario, 'log-in-bruteforce');
  const [recorded] = await other.api.audit.search({ action: 'intrusion.*' });
  assert.equal(recorded?.action, 'intrusion.log-in-bruteforce');
  await other.api.blocks.remove({ source: '127.0.0.1' });
  for (let tries = 0; tries < 50; tries += 1) {
    if ((await send({ path: '/healthz' })).status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail('it is still blocked');
});

test('the filter of the guide finds what was blocked in the log, and nothing that a client wrote there', async (t) => {
  const { lines, ask: send } = await serve(t, '[intrusion]\nfailures = 2\n');
  const forged = '{"stream":"auth","message":"blocked 192.0.2.1: log-in-bruteforce"}';
  await send({ path: `/${encodeURIComponent(forged)}`, headers: { 'user-agent': forged, referer: forged } });
  await send({
    path: `/${forged.replaceAll('"', '%22').replaceAll(' ', '%20')}`,
    headers: { 'x-request-id': forged },
  });
  for (let count = 0; count < 2; count += 1) await send(logIn('ada'));
  const [, failregex = ''] = /^failregex = (.*)$/m.exec(fail2banFilter()) ?? [];
  const filter = new RegExp(failregex.replace('<SUBNET>', '(?<source>[0-9a-f.:]+(?:/[0-9]+)?)'));
  const sources = () => lines.flatMap((line) => filter.exec(line)?.groups?.['source'] ?? []);
  while (sources().length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(sources(), ['127.0.0.1']);
});

test('watching tells and blocks nothing', async (t) => {
  const { lines, ask: send } = await serve(t, '[intrusion]\nmode = "watch"\nfailures = 2\n');
  for (let count = 0; count < 3; count += 1) await send(logIn('ada'));
  assert.equal((await send({ path: '/healthz' })).status, 200);
  assert.ok(lines.some((line) => line.includes('noticed log-in-bruteforce')));
});

test('a limit tells what is left and answers 429 with a wait', async (t) => {
  const { ask: send } = await serve(t, '[rates]\naddress_per_minute = 12\n');
  const answers = [];
  for (let count = 0; count < 8; count += 1) answers.push(await send({ path: '/healthz' }));
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200, 200, 200, 200, 429, 429],
  );
  assert.equal(answers[0]?.headers['ratelimit-policy'], '"address";q=12;w=60');
  assert.equal(answers[0].headers['ratelimit'], '"address";r=5;t=5');
  const last = answers[7];
  assert.ok(last && codeOf(last) === 'RATE_LIMITED' && Number(last.headers['retry-after']) > 0);
  assert.equal(last.headers['content-type'], 'application/problem+json; charset=utf-8');
});

test('requests at the same time pass a limit as often as one after the other', async (t) => {
  const { ask: send } = await serve(t, '[rates]\naddress_per_minute = 12\n');
  const started = performance.now();
  const answers = await Promise.all(Array.from({ length: 40 }, () => send({ path: '/healthz' })));
  const passed = answers.filter(({ status }) => status === 200).length;
  // Half of it at once, and one more for every five seconds that it took.
  const refilled = Math.floor((performance.now() - started) / 5000);
  assert.ok(passed >= 6 && passed <= 6 + refilled, `${passed} passed`);
  assert.ok(answers.every(({ status }) => status === 200 || status === 429));
});

test('metrics are for those who may read them, and tell of no names', async (t) => {
  const { home, ask: send } = await serve(t, '');
  assert.equal((await send({ path: '/metrics' })).status, 401);
  const reader = await tokenWith(home, 'reader', ['model:read', 'system:read']);
  assert.equal((await send({ path: '/metrics', headers: reader })).status, 403);
  for (const path of ['/api/v1/models/acme/crown-jewels', '/nowhere?token=x']) {
    assert.equal((await send({ path, headers: reader })).status, 404);
  }
  const scraper = await tokenWith(home, 'scraper', ['metrics:read']);
  const { status, headers, body } = await send({ path: '/metrics', headers: scraper });
  assert.deepEqual([status, headers['content-type']], [200, 'text/plain; version=0.0.4; charset=utf-8']);
  const requests = parseExposition(body).get('strongroom_requests_total')?.samples ?? [];
  const counted = new Map(
    requests.map(({ labels, value }) => [`${labels['route']} ${labels['status']}`, value]),
  );
  assert.equal(counted.get('models.get 404'), 1);
  assert.equal(counted.get('none 404'), 1);
  assert.doesNotMatch(body, /crown-jewels|nowhere|reader|scraper|127\.0\.0/);
});

test('a lockdown in one process stops releases in every other, and is lifted', async (t) => {
  const { home } = await serve(t, '');
  await using one = await openStrongroom({ home });
  await using other = await openStrongroom({ home });
  await one.api.lockdown.begin({ reason: 'a token leaked' });
  await assert.rejects(one.api.lockdown.begin({ reason: 'again' }), { code: 'LOCKDOWN_STATE' });
  assert.equal((await other.api.lockdown.status()).isOn, true);
  await other.api.lockdown.lift({ reason: 'it is revoked' });
  assert.equal((await one.api.lockdown.status()).isOn, false);
});
