import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { networkModel } from '../../test/kit/onnx-builder.ts';
import { median } from '../measure.ts';
import { makeRow, type Row } from '../row.ts';
import { callApi } from '../server/call-api.ts';
import type { LoadRequest, LoadResult } from '../server/load.ts';
import { runLoad } from '../server/run-load.ts';
import {
  type StartedServer,
  type StartedStrongroom,
  startBareProgram,
  startStrongroom,
} from '../server/start-servers.ts';
import { tokenOf } from '../server/token-of.ts';
import { growthRow, watchMemory } from '../server/watch-memory.ts';
import type { Workspace } from '../workspace.ts';
import { measureRecovery } from './measure-recovery.ts';

const MODEL_FILE = join(import.meta.dirname, '../../examples/digits/run-2/digits.onnx');
const NAMESPACE = 'bench';
const CONNECTIONS = 32;
const ROUNDS = 3;
const SECONDS = 5;
/** Rounds before those that are measured: the compiler is at work for twenty seconds of load. */
const WARM_UP_ROUNDS = 4;
/** Sixty times what the usual limit lets one caller have. */
const GREEDY_PER_SECOND = 100;
/** Requests over which memory must stay flat. */
const MANY_REQUESTS = 100_000;

/** A model that is asked, and one question to it. */
interface Asking {
  /** Within its namespace. */
  readonly model: string;
  readonly question: object;
}

const PIXELS = Array.from({ length: 64 }, (_, pixel) => ((pixel * 7) % 17) / 16);
const DIGITS: Asking = { model: 'digits', question: questionOf('pixels') };
const NETWORK: Asking = { model: 'network', question: questionOf('x') };
/** Of each of its two hidden layers: a million weights. */
const NETWORK_WIDTH = 1024;

function questionOf(name: string): object {
  return { inputs: [{ name, shape: [1, 64], datatype: 'FP32', data: PIXELS }] };
}

/** Predictions over HTTPS, beside a bare server with the same model, in one run. */
export async function measurePredictions(workspace: Workspace): Promise<readonly Row[]> {
  const networkFile = join(workspace.folder, 'network.onnx');
  writeFileSync(networkFile, networkModel(NETWORK_WIDTH));
  await using started = new AsyncDisposableStack();
  const startModels = async (name: string, env: Readonly<Record<string, string>>): Promise<Asked> => {
    const server = await startWithModels(join(workspace.folder, name), env, networkFile);
    started.defer(() => server.stop());
    return server;
  };
  const ours = await startModels('batching', {});
  const single = await startModels('single', { STRONGROOM_PREDICTIONS_BATCHING: 'false' });
  const startBare = async (file: string): Promise<StartedServer> => {
    const bare = await startBareProgram('predictions/bare', [file, ours.certificateFile, ours.keyFile], ours);
    started.defer(() => bare.stop());
    return bare;
  };
  const digits = await compareWithBare({ ours, single, bare: await startBare(MODEL_FILE) }, DIGITS);
  const network = await compareWithBare({ ours, single, bare: await startBare(networkFile) }, NETWORK);
  // What follows looks at one runner and its server.
  await callApi(ours, { method: 'POST', path: unloadPathOf(NETWORK.model), token: ours.token });
  return [
    ...rowsOf(network),
    smallestRow(digits),
    await measureMemory(ours),
    await measureFairness(ours),
    await measureRecovery(ours, asking(DIGITS, ours.tokens[0])),
  ];
}

interface Asked extends StartedStrongroom {
  /** Of two programs that may ask the models. */
  readonly tokens: readonly [string, string];
}

async function startWithModels(
  folder: string,
  env: Readonly<Record<string, string>>,
  networkFile: string,
): Promise<Asked> {
  mkdirSync(folder);
  const started = await startStrongroom(folder, env);
  for (const [{ model }, file] of [
    [DIGITS, MODEL_FILE],
    [NETWORK, networkFile],
  ] as const) {
    await callApi(started, {
      method: 'POST',
      path: `/api/v1/models/${NAMESPACE}/${model}/versions?path=model.onnx`,
      token: started.token,
      bytes: readFileSync(file),
    });
  }
  const tokens = [
    await tokenOf(started, { name: 'one', role: 'predictor', on: NAMESPACE }),
    await tokenOf(started, { name: 'other', role: 'predictor', on: NAMESPACE }),
  ] as const;
  for (const { model, question } of [DIGITS, NETWORK])
    await callApi(started, { method: 'POST', path: pathOf(model), token: tokens[0], json: question });
  return { ...started, tokens };
}

function pathOf(model: string): string {
  return `/v2/models/${NAMESPACE}/${model}/infer`;
}

function unloadPathOf(model: string): string {
  return `/v2/repository/models/${NAMESPACE}/${model}/unload`;
}

function asking({ model, question }: Asking, token?: string): LoadRequest {
  const path = token === undefined ? '/infer' : pathOf(model);
  return { method: 'POST', path, json: question, weight: 1, ...(token !== undefined && { token }) };
}

type Who = 'ours' | 'single' | 'bare';
type Round = Readonly<Record<Who, LoadResult>>;

async function compareWithBare(
  servers: { readonly ours: Asked; readonly single: Asked; readonly bare: StartedServer },
  what: Asking,
): Promise<readonly Round[]> {
  const { ours, single, bare } = servers;
  const load = async (server: StartedServer, token?: string): Promise<LoadResult> => {
    const { port, ca } = server;
    const task = { port, ca, connections: CONNECTIONS, seconds: SECONDS, warmUpSeconds: 1 };
    return await runLoad({ ...task, requests: [asking(what, token)] });
  };
  const round = async (): Promise<Round> => ({
    bare: await load(bare),
    ours: await load(ours, ours.tokens[0]),
    single: await load(single, single.tokens[0]),
  });
  // What is measured is a server at work, not its compiler, nor the watch while it learns what is normal.
  for (let count = 0; count < WARM_UP_ROUNDS; count++) await round();
  const rounds: Round[] = [];
  for (let count = 0; count < ROUNDS; count++) rounds.push(await round());
  return rounds;
}

/** The median of the rounds. */
function middle(rounds: readonly Round[], who: Who, what: 'perSecond' | 'p99Ms' | 'medianMs'): number {
  return median(rounds.map((round) => round[who][what]));
}

function ratesOf(rounds: readonly Round[]): Readonly<Record<string, number>> {
  return {
    oursPerSecond: middle(rounds, 'ours', 'perSecond'),
    unbatchedPerSecond: middle(rounds, 'single', 'perSecond'),
    barePerSecond: middle(rounds, 'bare', 'perSecond'),
  };
}

function timesOf(rounds: readonly Round[]): Readonly<Record<string, number>> {
  return {
    oursP99Ms: middle(rounds, 'ours', 'p99Ms'),
    unbatchedP99Ms: middle(rounds, 'single', 'p99Ms'),
    bareP99Ms: middle(rounds, 'bare', 'p99Ms'),
    oursMedianMs: middle(rounds, 'ours', 'medianMs'),
    bareMedianMs: middle(rounds, 'bare', 'medianMs'),
  };
}

function rowsOf(rounds: readonly Round[]): readonly Row[] {
  return [
    makeRow({
      name: 'predictions-rate',
      what: 'rate of predictions of a network of a million weights against a bare fastify and onnxruntime-node server with TLS',
      value: middle(rounds, 'ours', 'perSecond') / middle(rounds, 'bare', 'perSecond'),
      unit: 'ratio',
      budget: { atLeast: 0.8 },
      detail: ratesOf(rounds),
    }),
    makeRow({
      name: 'predictions-p99',
      what: 'slowest of a hundred of them against the bare server’s',
      value: middle(rounds, 'ours', 'p99Ms') / middle(rounds, 'bare', 'p99Ms'),
      unit: 'ratio',
      budget: { atMost: 2 },
      detail: timesOf(rounds),
    }),
  ];
}

/** A model that computes next to nothing: what stands around it is a small authenticated call (decision 27). */
function smallestRow(rounds: readonly Round[]): Row {
  return makeRow({
    name: 'predictions-smallest-rate',
    what: 'rate of the smallest predictions (digits) against the same bare server, held against what small calls are',
    value: middle(rounds, 'ours', 'perSecond') / middle(rounds, 'bare', 'perSecond'),
    unit: 'ratio',
    budget: { atLeast: 0.5 },
    detail: { ...ratesOf(rounds), ...timesOf(rounds) },
  });
}

async function measureMemory(ours: Asked): Promise<Row> {
  const memory = watchMemory(ours.pid);
  let answers = 0;
  while (answers < MANY_REQUESTS) {
    const result = await runLoad({
      ...{ ...ours, connections: CONNECTIONS, seconds: SECONDS },
      requests: [asking(DIGITS, ours.tokens[0])],
    });
    if (result.errors > 0) throw new Error(result.problems.join('; '));
    answers += result.answers;
  }
  return growthRow(memory.stop(), {
    name: 'predictions-memory',
    what: 'growth of the server’s resident memory from the second to the last third of 100,000 predictions',
    detail: { answers },
  });
}

/** One caller with as many connections as it likes, at its limit, and another who asks one thing at a time. */
async function measureFairness(ours: Asked): Promise<Row> {
  const [greedyToken, politeToken] = ours.tokens;
  const polite = { ...ours, connections: 1, seconds: SECONDS, requests: [asking(DIGITS, politeToken)] };
  const times: { readonly alone: number; readonly beside: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const alone = await runLoad(polite);
    const greedy = runLoad({
      ...{ ...ours, connections: 4, seconds: SECONDS + 1, perSecond: GREEDY_PER_SECOND },
      requests: [asking(DIGITS, greedyToken)],
    });
    const beside = await runLoad(polite);
    await greedy;
    times.push({ alone: alone.medianMs, beside: beside.medianMs });
  }
  const [alone, beside] = [median(times.map((each) => each.alone)), median(times.map((each) => each.beside))];
  return makeRow({
    name: 'predictions-fairness',
    what: 'time of one caller’s prediction while another one asks 100 times a second, sixty times the usual limit',
    value: beside / alone,
    unit: 'ratio',
    budget: { atMost: 1.2 },
    detail: { aloneMs: alone, besideMs: beside },
  });
}
