import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStrongroom } from '../../src/open/index.ts';
import { parseExposition } from '../telemetry/exposition.ts';
import { fail2banFilter } from './fail2ban-filter.ts';
import { codeOf, logIn, serve, tokenWith } from './serve-guard-kit.ts';

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
