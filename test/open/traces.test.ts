// Spans on their way to a real collector on this machine.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { initHome, openStrongroom, serveOverHttps } from '../../src/open/index.ts';
import { openTraces } from '../../src/open/open-traces.ts';
import { tracesSection } from '../../src/settings/index.ts';
import { createLog } from '../../src/telemetry/index.ts';
import { CHEAP_HASHING, temporaryFolder } from '../kit/temporary-home.ts';
import { fixture, startServer } from '../network/local-server.ts';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { key: string; value: { stringValue?: string; intValue?: string } }[];
}

/** A collector that answers the first, the second … batch with a status of the plan, and the rest with 200. */
async function collector(t: TestContext, plan: readonly number[] = []) {
  const received: Received[] = [];
  const { port } = await startServer(t, (asked, response) => {
    const parts: Buffer[] = [];
    asked.on('data', (part: Buffer) => parts.push(part));
    asked.on('end', () => {
      response.writeHead(plan[received.length] ?? 200, { 'content-type': 'application/json' }).end('{}');
      received.push({ headers: asked.headers, body: Buffer.concat(parts).toString() });
    });
  });
  const folder = await temporaryFolder(t);
  const [caFile, tokenFile] = [join(folder, 'ca.pem'), join(folder, 'token')];
  await writeFile(caFile, fixture('ca.pem'));
  await writeFile(tokenFile, 'collector-token\n', { mode: 0o600 });
  const settings = {
    url: `https://localhost:${port}/v1/traces`,
    ca_file: caFile,
    token_file: tokenFile,
    networks: '127.0.0.0/8, ::1/128',
  };
  return { received, settings };
}

const spansOf = ({ body }: Received): readonly OtlpSpan[] =>
  (JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[] }).resourceSpans.flatMap(
    ({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans),
  );

async function traces(settings: object) {
  const lines: string[] = [];
  const lost = { spans: 0 };
  const opened = await openTraces({
    config: tracesSection.parse(settings),
    version: 'test',
    log: createLog({ destination: { write: (line) => void lines.push(line) } }),
    metrics: { lostSpans: (count) => (lost.spans += count) },
    everyMs: 1,
  });
  const span = (name: string) =>
    opened!.tracer.begin(undefined)?.end({ name, isError: false, attributes: {} });
  return { lines, lost, span, close: () => opened!.close() };
}

/** Until it holds; a test that waits in vain ends by its own time limit. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('spans leave in batches with the token of the collector, and those that were not taken leave again', async (t) => {
  const { received, settings } = await collector(t, [503, 429]);
  const { lines, lost, span, close } = await traces(settings);
  for (let at = 0; at < 700; at += 1) span(`span ${at}`);
  await until(() => received.length >= 4);
  await close();
  const names = new Set(
    received
      .slice(2)
      .flatMap(spansOf)
      .map(({ name }) => name),
  );
  assert.equal(names.size, 700);
  assert.equal(received[0]?.headers.authorization, 'Bearer collector-token');
  assert.equal(lost.spans, 0);
  assert.equal(lines.length, 1, 'said once, not for each try');
  assert.match(lines[0]!, /the collector answered 503/);
});

test('what is refused for good is counted and not sent again; what waits is bounded', async (t) => {
  const { received, settings } = await collector(t, [400]);
  const { lost, span, close } = await traces(settings);
  for (let at = 0; at < 5000; at += 1) span('x');
  assert.equal(lost.spans, 5000 - 4096);
  await until(() => received.length >= 8);
  await close();
  assert.equal(lost.spans, 5000 - 4096 + 512);
});

test('a collector in a private network that nobody named is not asked', async (t) => {
  const { received, settings } = await collector(t);
  const { lines, lost, span, close } = await traces({ ...settings, networks: '' });
  span('x');
  await until(() => lines.length === 1);
  await close();
  assert.deepEqual([received, lost.spans], [[], 1]);
});

test('a request is one span, in the trace of its caller, and its id leads from there to the log and the record', async (t) => {
  const { received, settings } = await collector(t);
  const home = join(await temporaryFolder(t), 'home');
  await initHome({ home });
  const toml = Object.entries(settings).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  await writeFile(join(home, 'config.toml'), ['[traces]', ...toml].join('\n'));
  const lines: string[] = [];
  const serving = await serveOverHttps({
    home,
    version: '1.2.3',
    listen: 'localhost:0',
    env: CHEAP_HASHING,
    limits: { maxEventLoopDelayMs: 0 },
    logTo: { write: (text) => void lines.push(...text.trimEnd().split('\n')) },
  });
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const requestId = await refusedLogIn(serving.url, `00-${traceId}-00f067aa0ba902b7-01`);
  await serving.close();
  const span = received.flatMap(spansOf).find((each) => each.traceId === traceId)!;
  assert.equal(span.name, 'POST /api/v1/log-in');
  assert.equal(span.parentSpanId, '00f067aa0ba902b7');
  assert.ok(BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano));
  assert.deepEqual(
    Object.fromEntries(span.attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue])),
    {
      'http.request.method': 'POST',
      'http.route': '/api/v1/log-in',
      'http.response.status_code': '401',
      'error.type': 'AUTH_FAILED',
      'strongroom.request_id': requestId,
    },
  );
  assert.ok(!received.some(({ body }) => body.includes('crown') || body.includes('ada')), 'no name leaves');
  const line = lines.find((each) => each.includes(requestId) && each.includes('"stream":"access"'));
  assert.equal((JSON.parse(line ?? '{}') as { traceId?: string }).traceId, traceId);
  await using strongroom = await openStrongroom({ home });
  const [act] = await strongroom.api.audit.search({ requestId });
  assert.equal(act?.action, 'account:log-in');
});

/** Logs in as somebody who is not there; gives the id that the server answered with. */
function refusedLogIn(url: string, traceparent: string): Promise<string> {
  const body = JSON.stringify({ name: 'ada', password: 'crown jewels of the queen', wants: 'tokens' });
  return new Promise((resolve, reject) => {
    const headers = { traceparent, 'content-type': 'application/json', 'content-length': body.length };
    const options = { method: 'POST', headers, rejectUnauthorized: false, agent: false } as const;
    request(`${url}/api/v1/log-in`, options, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(String(answer.headers['x-request-id'])));
    })
      .on('error', reject)
      .end(body);
  });
}
