// A runner is killed in the middle of a thousand questions that came over real HTTPS.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runnerIds } from '../kit/runner-processes.ts';
import { putOf } from '../kit/temporary-home.ts';
import { serveHome } from './server-kit.ts';

const DIGITS = join(import.meta.dirname, '../../examples/digits');
const BODIES = readFileSync(join(DIGITS, 'holdout.csv'), 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1, 101)
  .map((line) => {
    const [, ...image] = line.split(',').map(Number);
    const data = image.map((pixel) => pixel / 16);
    return JSON.stringify({ inputs: [{ name: 'pixels', datatype: 'FP32', shape: [1, 64], data }] });
  });
/** Which image each of them is about. */
const QUESTIONS = Array.from({ length: 1000 }, (_none, at) => at % BODIES.length);
/** What says that a question was not answered and may be asked again. */
const AWAY = ['PREDICTION_UNAVAILABLE', 'PREDICTION_BUSY', 'SERVER_BUSY'];

interface Heard {
  readonly status: number;
  readonly type: string;
  readonly retryAfter: string | undefined;
  readonly json: { readonly code?: string; readonly outputs?: unknown };
}

type Asking = (model: string, image: number) => Promise<Heard>;

/** A server with two models of digits in memory, and as many connections as somebody likes. */
async function serveDigits(t: TestContext): Promise<{ readonly ask: Asking; readonly runner: number }> {
  const served = await serveHome(t, {
    config: {
      STRONGROOM_SERVER_MAX_CONNECTIONS_PER_ADDRESS: String(2 * QUESTIONS.length),
      STRONGROOM_RATES_ADDRESS_PER_MINUTE: '0',
      STRONGROOM_RATES_PREDICT_PER_MINUTE: '0',
      // The machine may be slow, and what is asked here stays unanswered until the kill.
      STRONGROOM_PREDICTIONS_DEADLINE_MS: '60000',
    },
    limits: { maxEventLoopDelayMs: 60_000, keepAliveTimeoutMs: 120_000 },
  });
  await served.withOwner(async (api) => {
    for (const [model, run] of [
      ['acme/digits', 'run-2'],
      ['acme/other', 'run-3'],
    ] as const)
      await api.versions.put(putOf(model, { 'digits.onnx': readFileSync(join(DIGITS, run, 'digits.onnx')) }));
  });
  const token = await served.tokenOf('predictor');
  const agentOf = (): Agent => {
    const agent = new Agent({ ca: served.ca, keepAlive: true });
    t.after(() => agent.destroy());
    return agent;
  };
  const agents: Readonly<Record<string, Agent>> = { 'acme/digits': agentOf(), 'acme/other': agentOf() };
  const { port } = served;
  const ask: Asking = (model, image) =>
    send({ agent: agents[model], port, path: `/v2/models/${model}/infer`, token }, BODIES[image]);
  assert.equal((await ask('acme/digits', 0)).status, 200);
  const [runner] = runnerIds();
  assert.equal((await ask('acme/other', 0)).status, 200);
  assert.ok(runner !== undefined);
  return { ask, runner };
}

function send(
  to: {
    readonly agent: Agent | undefined;
    readonly port: number;
    readonly path: string;
    readonly token: string;
  },
  body = '',
): Promise<Heard> {
  const { token, ...place } = to;
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  };
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...place, host: 'localhost', method: 'POST', headers }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (part: string) => (text += part));
      incoming.on('error', reject);
      incoming.on('end', () => {
        resolve({
          status: incoming.statusCode ?? 0,
          type: incoming.headers['content-type'] ?? '',
          retryAfter: incoming.headers['retry-after'],
          json: JSON.parse(text) as Heard['json'],
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/**
 * A thousand handshakes in one process may take longer than the server gives each of them: those that it gave up are
 * begun again.
 */
async function connected(ask: () => Promise<Heard>): Promise<Heard> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      const isReset = error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
      if (!isReset || tries === 20) throw error;
    }
  }
}

test('a runner that is killed under 1,000 questions fails those it held with 503, and no answer is wrong', async (t) => {
  const { ask, runner } = await serveDigits(t);
  const askAll = (): Promise<Heard>[] => QUESTIONS.map((image) => ask('acme/digits', image));
  const right = await Promise.all(QUESTIONS.map((image) => connected(() => ask('acme/digits', image))));
  assert.deepEqual(new Set(right.map(({ status }) => status)), new Set([200]));
  const waiting = askAll();
  await Promise.race(waiting);
  // It holds what it was given and cannot answer it any more, so that the kill is certain to meet some.
  process.kill(runner, 'SIGSTOP');
  const beside: number[] = [];
  for (const at of BODIES.keys()) beside.push((await ask('acme/other', at)).status);
  process.kill(runner, 'SIGKILL');
  for (const at of BODIES.keys()) beside.push((await ask('acme/other', at)).status);
  const heard = await Promise.all(waiting);
  for (const [at, { status, type, retryAfter, json }] of heard.entries()) {
    if (status === 200) assert.deepEqual(json.outputs, right[at]?.json.outputs);
    else {
      assert.deepEqual([status, type], [503, 'application/problem+json; charset=utf-8']);
      assert.ok(AWAY.includes(json.code ?? ''), String(json.code));
      assert.match(retryAfter ?? '', /^[1-9]\d*$/);
    }
  }
  const failed = heard.filter(({ status }) => status === 503).length;
  assert.ok(failed > 0 && failed < QUESTIONS.length, `${failed} failed`);
  assert.deepEqual(new Set(beside), new Set([200]));
  for (const at of BODIES.keys()) {
    const { status, json } = await ask('acme/digits', at);
    assert.deepEqual([status, json.outputs], [200, right[at]?.json.outputs]);
  }
});
