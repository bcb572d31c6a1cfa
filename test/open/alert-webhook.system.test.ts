// Alerts of the guard on their way to a real receiver on this machine.
import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Detection, scenariosOf } from '../../src/abuse/index.ts';
import { openAlertWebhook } from '../../src/open/alert-webhook.ts';
import { initHome, serveOverHttps } from '../../src/open/index.ts';
import { intrusionSection } from '../../src/settings/index.ts';
import { createLog } from '../../src/telemetry/index.ts';
import { CHEAP_HASHING, temporaryFolder } from '../kit/temporary-home.ts';
import { fixture, startServer } from '../network/local-server.ts';
import { logIn } from './log-in-kit.ts';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the receiver does with the first, the second … alert: answers with a status, or cuts the connection. */
type Plan = readonly (number | 'cut')[];

async function receiver(t: TestContext, plan: Plan) {
  const received: Received[] = [];
  const { port } = await startServer(t, (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const next = plan[received.length] ?? 204;
      received.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
      if (next === 'cut') request.socket.destroy();
      else response.writeHead(next).end();
    });
  });
  const folder = await temporaryFolder(t);
  const secret = randomBytes(32);
  const [secretFile, caFile] = [join(folder, 'secret'), join(folder, 'ca.pem')];
  await writeFile(secretFile, secret, { mode: 0o600 });
  await writeFile(caFile, fixture('ca.pem'));
  const settings = {
    webhook_url: `https://localhost:${port}/alerts`,
    webhook_secret_file: secretFile,
    webhook_ca_file: caFile,
    webhook_networks: '127.0.0.0/8, ::1/128',
  };
  return { received, secret, settings };
}

/** Verifies as Standard Webhooks 1.0.0 has it, written anew. */
function assertSigned({ headers, body }: Received, secret: Buffer): void {
  const [id, time] = [headers['webhook-id'], headers['webhook-timestamp']];
  assert.ok(Math.abs(Number(time) - Date.now() / 1000) < 300, 'it is fresh');
  const mac = createHmac('sha256', secret)
    .update(`${String(id)}.${String(time)}.${body}`)
    .digest('base64');
  assert.equal(headers['webhook-signature'], `v1,${mac}`);
}

const [BRUTEFORCE] = scenariosOf({ failures: 5, windowMs: 300_000 });
const DETECTION: Detection = {
  scenario: BRUTEFORCE!,
  notice: { kind: 'log-in-refused', address: '192.0.2.7', target: '/api/v1/log-in' },
  at: Date.parse('2026-01-02T03:04:05Z'),
};

/** Sends one alert with these settings and waits until it is delivered or given up. */
async function sendOne(settings: object, pausesMs: readonly number[] = [1, 1, 1]) {
  const lines: string[] = [];
  const webhook = await openAlertWebhook({
    settings: intrusionSection.parse(settings),
    log: createLog({ destination: { write: (line) => void lines.push(line) } }),
    pausesMs,
  });
  webhook!.tell(DETECTION, { source: '192.0.2.7', until: '2026-01-02T04:04:05.000Z' });
  return { lines, close: () => webhook!.close() };
}

/** Until it holds; a test that waits in vain ends by its own time limit. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('an alert is tried again until it is taken, with one id and a signature for each try', async (t) => {
  const { received, secret, settings } = await receiver(t, [503, 'cut', 429, 204]);
  const { lines, close } = await sendOne(settings);
  await until(() => received.length === 4);
  await close();
  for (const each of received) assertSigned(each, secret);
  assert.equal(new Set(received.map(({ headers }) => headers['webhook-id'])).size, 1);
  assert.equal(new Set(received.map(({ body }) => body)).size, 1);
  assert.deepEqual(JSON.parse(received[0]!.body), {
    type: 'strongroom.detection',
    timestamp: '2026-01-02T03:04:05.000Z',
    data: {
      scenario: 'log-in-bruteforce',
      severity: 'error',
      summary: 'failed log-ins from one address',
      kind: 'log-in-refused',
      address: '192.0.2.7',
      target: '/api/v1/log-in',
      blocked: { source: '192.0.2.7', until: '2026-01-02T04:04:05.000Z' },
    },
  });
  assert.deepEqual(lines, []);
});

test('an alert that nobody takes is given up after its tries, and the log says so', async (t) => {
  const { received, settings } = await receiver(t, [500, 500, 500, 500, 204]);
  const { lines, close } = await sendOne(settings);
  await until(() => lines.length === 1);
  await close();
  assert.equal(received.length, 4);
  assert.match(lines[0]!, /an alert was not taken: the webhook answered 500/);
});

test('an alert that is refused is not tried again', async (t) => {
  for (const status of [400, 401, 404, 410]) {
    const { received, settings } = await receiver(t, [status]);
    const { lines, close } = await sendOne(settings);
    await until(() => lines.length === 1);
    await close();
    assert.equal(received.length, 1);
  }
});

test('a receiver in a private network that nobody named is not asked', async (t) => {
  const { received, settings } = await receiver(t, []);
  const { lines, close } = await sendOne({ ...settings, webhook_networks: '10.0.0.0/8' });
  await until(() => lines.length === 1);
  await close();
  assert.match(lines[0]!, /NETWORK_ADDRESS_REFUSED/);
  assert.deepEqual(received, []);
});

test('a receiver with a certificate of nobody known is not told anything', async (t) => {
  const { received, settings } = await receiver(t, []);
  const { webhook_ca_file: _, ...unknown } = settings;
  const { lines, close } = await sendOne(unknown);
  await until(() => lines.length === 1);
  await close();
  assert.match(lines[0]!, /NETWORK_TLS_UNTRUSTED/);
  assert.deepEqual(received, []);
});

test('a server that ends does not wait for the next try: it makes it at once', async (t) => {
  const { received, settings } = await receiver(t, [503, 204]);
  const { lines, close } = await sendOne(settings, [3_600_000]);
  await until(() => received.length === 1);
  await close();
  assert.deepEqual([received.length, lines], [2, []]);
});

test('a secret that is short or readable by others is refused', async (t) => {
  const { settings } = await receiver(t, []);
  await writeFile(settings.webhook_secret_file, 'short');
  await assert.rejects(sendOne(settings), { code: 'CONFIG_INVALID' });
  await assert.rejects(sendOne({ ...settings, webhook_secret_file: undefined }), { code: 'CONFIG_INVALID' });
});

test('a served home tells its webhook what it blocked', async (t) => {
  const { received, secret, settings } = await receiver(t, []);
  const home = join(await temporaryFolder(t), 'home');
  await initHome({ home });
  const toml = Object.entries(settings).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  await writeFile(join(home, 'config.toml'), ['[intrusion]', 'failures = 2', ...toml].join('\n'));
  const serving = await serveOverHttps({
    home,
    listen: 'localhost:0',
    env: CHEAP_HASHING,
    limits: { maxEventLoopDelayMs: 0 },
    logTo: { write: () => undefined },
  });
  t.after(() => serving.close());

  for (const name of ['ada', 'ada']) await logIn(serving.url, { name });
  await until(() => received.length === 1);
  assertSigned(received[0]!, secret);
  const { data } = JSON.parse(received[0]!.body) as { data: Record<string, unknown> };
  assert.equal(data['scenario'], 'log-in-bruteforce');
  assert.equal((data['blocked'] as { source: string }).source, '127.0.0.1');
});
