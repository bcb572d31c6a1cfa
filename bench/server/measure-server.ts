import { median } from '../measure.ts';
import { makeRow, type Row } from '../row.ts';
import { type MeasuredFile, warmMemory } from '../workspace.ts';
import { callApi } from './call-api.ts';
import type { LoadRequest, LoadResult } from './load.ts';
import { runLoad, runTask } from './run-load.ts';
import { type StartedServer, type StartedStrongroom, startBare, startStrongroom } from './start-servers.ts';
import type { TransferResult, TransferTask } from './transfer.ts';
import { growthRow, watchMemory } from './watch-memory.ts';

const CLIENTS = 200;
const ROUNDS = 3;
const SMALL_SECONDS = 5;
/** Connections of the small calls: enough to keep the server busy, few enough that it is calls and not queues. */
const SMALL_CLIENTS = 32;
const WARM_UP_SECONDS = 3;
const MODEL = '/api/v1/models/bench/model';

/** What our server does beside a bare one, in one run. */
export async function measureServer(file: MeasuredFile, mixedSeconds: number): Promise<readonly Row[]> {
  const { folder } = file.workspace;
  const ours = await startStrongroom(folder);
  try {
    const bare = await startBare(folder, ours);
    try {
      await prepare(ours);
      return [
        await measureSmallCalls(ours, bare),
        ...(await measureTransfers(ours, bare, file)),
        ...(await measureMixed(ours, mixedSeconds)),
      ];
    } finally {
      await bare.stop();
    }
  } finally {
    await ours.stop();
  }
}

/** Random bytes are of no known format: they may come in here. A small model is what the mixed calls ask about. */
async function prepare(ours: StartedStrongroom): Promise<void> {
  await callApi(ours, {
    method: 'PATCH',
    path: '/api/v1/namespaces/bench/trust',
    token: ours.token,
    json: { change: { enter: { unknown: 'allow' } } },
  });
  await runLoad({ ...ours, connections: 1, seconds: 0.05, requests: [UPLOAD_SMALL(ours.token)] });
}

const UPLOAD_SMALL = (token: string): LoadRequest => ({
  method: 'POST',
  path: `${MODEL}/versions?path=notes.txt`,
  token,
  bodyBytes: 4096,
  weight: 1,
});

async function measureSmallCalls(ours: StartedStrongroom, bare: StartedServer): Promise<Row> {
  const { token } = ours;
  const task = { connections: SMALL_CLIENTS, seconds: SMALL_SECONDS };
  const bareTask = { ...bare, ...task, requests: [{ method: 'GET', path: '/small', weight: 1 }] };
  const ourTask = { ...ours, ...task, requests: [{ method: 'GET', path: MODEL, token, weight: 1 }] };
  // What is measured is a server at work, not its compiler.
  for (const warmed of [bareTask, ourTask]) await runLoad({ ...warmed, seconds: WARM_UP_SECONDS });
  const rounds: { readonly bare: LoadResult; readonly ours: LoadResult }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push({ bare: await runLoad(bareTask), ours: await runLoad(ourTask) });
  }
  const [ourRate, bareRate] = (['ours', 'bare'] as const).map((who) =>
    median(rounds.map((round) => round[who].perSecond)),
  );
  if (ourRate === undefined || bareRate === undefined) throw new Error('nothing was measured');
  return makeRow({
    name: 'server-small-calls',
    what: 'rate of small authenticated calls against a bare fastify server with TLS',
    value: ourRate / bareRate,
    unit: 'ratio',
    budget: { atLeast: 0.5 },
    detail: {
      oursPerSecond: ourRate,
      barePerSecond: bareRate,
      oursMedianMs: median(rounds.map((round) => round.ours.medianMs)),
      bareMedianMs: median(rounds.map((round) => round.bare.medianMs)),
    },
  });
}

async function measureTransfers(
  ours: StartedStrongroom,
  bare: StartedServer,
  file: MeasuredFile,
): Promise<readonly Row[]> {
  const common = { file: file.path, bytes: file.bytes };
  const rounds: { readonly bare: TransferResult; readonly ours: TransferResult }[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    warmMemory(file.workspace, file.warmedBytes);
    const bareTimes = await runTransfer({
      ...bare,
      ...common,
      upload: { method: 'PUT', path: '/file' },
      download: { path: '/file' },
    });
    warmMemory(file.workspace, file.warmedBytes);
    const model = `/api/v1/models/bench/large-${round}`;
    const ourTimes = await runTransfer({
      ...ours,
      ...common,
      upload: { method: 'POST', path: `${model}/versions?path=model.bin` },
      download: { path: `${model}/versions/1/files/model.bin` },
    });
    await callApi(ours, { method: 'DELETE', path: model, token: ours.token });
    rounds.push({ bare: bareTimes, ours: ourTimes });
  }
  return (['upload', 'download'] as const).map((work) => {
    const [ourMs, bareMs] = (['ours', 'bare'] as const).map((who) =>
      median(rounds.map((round) => round[who][`${work}Ms`])),
    );
    if (ourMs === undefined || bareMs === undefined) throw new Error('nothing was measured');
    return makeRow({
      name: `server-${work}`,
      what: `speed of a ${work} of ${file.bytes / 2 ** 20} MiB against a bare fastify server with TLS`,
      value: bareMs / ourMs,
      unit: 'ratio',
      budget: { atLeast: 0.5 },
      detail: { ourMs, bareMs },
    });
  });
}

/** What many people and programs do at a time: looking, fetching, now and then storing. */
async function measureMixed(ours: StartedStrongroom, seconds: number): Promise<readonly Row[]> {
  const { token } = ours;
  const get = (path: string, weight: number): LoadRequest => ({ method: 'GET', path, token, weight });
  const memory = watchMemory(ours.pid);
  const result = await runLoad({
    ...ours,
    connections: CLIENTS,
    seconds,
    requests: [
      get('/api/v1/models', 3),
      get(`${MODEL}/versions/1`, 4),
      get('/api/v1/account', 4),
      get('/api/v1/namespaces/bench', 3),
      get(`${MODEL}/versions/1/files/notes.txt`, 4),
      { method: 'PATCH', path: MODEL, token, json: { description: 'of a benchmark' }, weight: 1 },
      { ...UPLOAD_SMALL(token), path: '/api/v1/models/bench/churn/versions?path=notes.txt' },
    ],
  });
  const samples = memory.stop();
  for (const problem of result.problems) console.error(problem);
  return [
    makeRow({
      name: 'server-mixed-errors',
      what: `errors of ${CLIENTS} keep-alive clients with mixed calls for ${seconds} s`,
      value: result.errors,
      unit: 'count',
      budget: { atMost: 0 },
      detail: {
        answers: result.answers,
        perSecond: result.perSecond,
        medianMs: result.medianMs,
        p99Ms: result.p99Ms,
      },
    }),
    growthRow(samples, {
      name: 'server-mixed-memory',
      what: 'growth of resident memory from the second to the last third of that time',
    }),
  ];
}

function runTransfer(task: TransferTask): Promise<TransferResult> {
  return runTask<TransferResult>('server/transfer', task);
}
