import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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
const MODEL = 'bench/digits';
const CONNECTIONS = 32;
const ROUNDS = 3;
const SECONDS = 5;
/** Sixty times what the usual limit lets one caller have. */
const GREEDY_PER_SECOND = 100;
/** Requests over which memory must stay flat. */
const MANY_REQUESTS = 100_000;

const QUESTION = {
  inputs: [
    {
      ...{ name: 'pixels', shape: [1, 64], datatype: 'FP32' },
      data: Array.from({ length: 64 }, (_, pixel) => ((pixel * 7) % 17) / 16),
    },
  ],
};

/** Predictions over HTTPS, beside a bare server with the same model, in one run. */
export async function measurePredictions(workspace: Workspace): Promise<readonly Row[]> {
  const ours = await startWithModel(join(workspace.folder, 'batching'), {});
  try {
    const single = await startWithModel(join(workspace.folder, 'single'), {
      STRONGROOM_PREDICTIONS_BATCHING: 'false',
    });
    try {
      const bare = await startBareProgram(
        'predictions/bare',
        [MODEL_FILE, ours.certificateFile, ours.keyFile],
        ours,
      );
      try {
        return [
          ...(await compareWithBare({ ours, single, bare })),
          await measureMemory(ours),
          await measureFairness(ours),
          await measureRecovery(ours, asking(ours.tokens[0])),
        ];
      } finally {
        await bare.stop();
      }
    } finally {
      await single.stop();
    }
  } finally {
    await ours.stop();
  }
}

interface Asked extends StartedStrongroom {
  /** Of two programs that may ask the model. */
  readonly tokens: readonly [string, string];
}

async function startWithModel(folder: string, env: Readonly<Record<string, string>>): Promise<Asked> {
  mkdirSync(folder);
  const started = await startStrongroom(folder, env);
  await callApi(started, {
    ...{ method: 'POST', path: `/api/v1/models/${MODEL}/versions?path=digits.onnx`, token: started.token },
    bytes: readFileSync(MODEL_FILE),
  });
  const tokens = [
    await tokenOf(started, { name: 'one', role: 'predictor', on: 'bench' }),
    await tokenOf(started, { name: 'other', role: 'predictor', on: 'bench' }),
  ] as const;
  await callApi(started, { method: 'POST', path: PATH, token: tokens[0], json: QUESTION });
  return { ...started, tokens };
}

const PATH = `/v2/models/${MODEL}/infer`;

function asking(token?: string): LoadRequest {
  const path = token === undefined ? '/infer' : PATH;
  return { method: 'POST', path, json: QUESTION, weight: 1, ...(token !== undefined && { token }) };
}

async function compareWithBare(servers: {
  readonly ours: Asked;
  readonly single: Asked;
  readonly bare: StartedServer;
}): Promise<readonly Row[]> {
  const { ours, single, bare } = servers;
  const rounds: Record<'ours' | 'single' | 'bare', LoadResult>[] = [];
  const task = { connections: CONNECTIONS, seconds: SECONDS };
  // What is measured is a server at work, not its compiler, nor the watch while it learns what is normal.
  await runLoad({ ...bare, ...task, requests: [asking()] });
  for (const each of [ours, single]) await runLoad({ ...each, ...task, requests: [asking(each.tokens[0])] });
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push({
      bare: await runLoad({ ...bare, ...task, requests: [asking()] }),
      ours: await runLoad({ ...ours, ...task, requests: [asking(ours.tokens[0])] }),
      single: await runLoad({ ...single, ...task, requests: [asking(single.tokens[0])] }),
    });
  }
  const middle = (who: keyof (typeof rounds)[number], what: 'perSecond' | 'p99Ms' | 'medianMs') =>
    median(rounds.map((round) => round[who][what]));
  return [
    makeRow({
      name: 'predictions-rate',
      what: 'rate of small predictions against a bare fastify and onnxruntime-node server with TLS',
      value: middle('ours', 'perSecond') / middle('bare', 'perSecond'),
      unit: 'ratio',
      budget: { atLeast: 0.8 },
      detail: {
        oursPerSecond: middle('ours', 'perSecond'),
        unbatchedPerSecond: middle('single', 'perSecond'),
        barePerSecond: middle('bare', 'perSecond'),
      },
    }),
    makeRow({
      name: 'predictions-p99',
      what: 'slowest of a hundred of them against the bare server’s',
      value: middle('ours', 'p99Ms') / middle('bare', 'p99Ms'),
      unit: 'ratio',
      budget: { atMost: 2 },
      detail: {
        oursMs: middle('ours', 'p99Ms'),
        unbatchedMs: middle('single', 'p99Ms'),
        bareMs: middle('bare', 'p99Ms'),
        oursMedianMs: middle('ours', 'medianMs'),
        bareMedianMs: middle('bare', 'medianMs'),
      },
    }),
  ];
}

async function measureMemory(ours: Asked): Promise<Row> {
  const memory = watchMemory(ours.pid);
  let answers = 0;
  while (answers < MANY_REQUESTS) {
    const result = await runLoad({
      ...{ ...ours, connections: CONNECTIONS, seconds: SECONDS },
      requests: [asking(ours.tokens[0])],
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
  const polite = { ...ours, connections: 1, seconds: SECONDS, requests: [asking(politeToken)] };
  const times: { readonly alone: number; readonly beside: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const alone = await runLoad(polite);
    const greedy = runLoad({
      ...{ ...ours, connections: 4, seconds: SECONDS + 1, perSecond: GREEDY_PER_SECOND },
      requests: [asking(greedyToken)],
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
