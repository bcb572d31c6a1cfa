import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, copyFile, cp, mkdir, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { PASSWORDS, SERVER_WALK, type WalkPart, type WalkStep } from './server-walk-steps.ts';
import { PROGRAM, startServer, type WalkServer } from './walk-server.ts';

const RUN_1 = new URL('../../examples/digits/run-1', import.meta.url).pathname;
/** For the whole walk, on a machine that is busy with other tests; quiet ones need a tenth. */
const WALK_MS = 120_000;
const READY_MS = 30_000;

/** What was seen on the walk. */
export interface WalkSeen {
  /** What the server told the person who started it. */
  readonly told: string;
  readonly parts: readonly {
    readonly part: WalkPart;
    /** One text a step: standard output and standard error as they came. */
    readonly outputs: readonly string[];
  }[];
  readonly serverExitCode: number | null;
}

/**
 * Starts a server on a fresh home below an empty folder, does all steps, and ends the server. Throws at the first step
 * that does not end or print as it should; the server is gone then.
 */
export async function runServerWalk(folder: string): Promise<WalkSeen> {
  await prepare(folder);
  const signal = AbortSignal.timeout(WALK_MS);
  const server = await startServer(folder, signal);
  try {
    await copyFile(join(folder, 'strongroom-home/tls/tls.crt'), join(folder, 'tls.crt'));
    await untilReady(server, readFileSync(join(folder, 'tls.crt')));
    const [, token = ''] = /^ {2}(srb_\w+)$/m.exec(server.told) ?? [];
    await writeFile(join(folder, 'bootstrap.token'), token, { mode: 0o600 });
    const variables = walkVariables(folder, server);
    const parts: WalkSeen['parts'][number][] = [];
    for (const part of SERVER_WALK)
      parts.push({ part, outputs: await runPart(part, { folder, variables, signal }) });
    return { told: server.told, parts, serverExitCode: await server.stop() };
  } finally {
    server.kill();
  }
}

/** What a person has at hand: a `strongroom` on the path, a model, and files with passwords. */
async function prepare(folder: string): Promise<void> {
  await mkdir(join(folder, 'bin'));
  const program = join(folder, 'bin/strongroom');
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`);
  await chmod(program, 0o700);
  await cp(RUN_1, join(folder, 'run-1'), { recursive: true });
  for (const [name, password] of Object.entries(PASSWORDS))
    await writeFile(join(folder, `${name}.password`), password, { mode: 0o600 });
}

async function untilReady({ url }: WalkServer, ca: Buffer): Promise<void> {
  const deadline = performance.now() + READY_MS;
  while ((await statusOf(`${url}/readyz`, ca)) !== 200) {
    if (performance.now() > deadline) throw new Error('the server was not ready in time');
    await wait(50);
  }
}

async function statusOf(url: string, ca: Buffer): Promise<number | undefined> {
  const outgoing = request(url, { ca, agent: false, timeout: READY_MS }).end();
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

function walkVariables(folder: string, { url, told }: WalkServer): Record<string, string> {
  return {
    PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
    HOME: folder,
    STRONGROOM_SERVER: url,
    API: `${url}/api/v1`,
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
    PIN: /^ {2}SHA-256 (\S+)$/m.exec(told)?.[1] ?? '',
  };
}

/** Where steps are done, with what variables, until when at most. */
interface WalkGround {
  readonly folder: string;
  readonly variables: Record<string, string>;
  readonly signal: AbortSignal;
}

/** What a step learns for later ones goes into the variables. */
async function runPart(
  { person, steps }: WalkPart,
  { folder, variables, signal }: WalkGround,
): Promise<readonly string[]> {
  const outputs: string[] = [];
  for (const step of steps) {
    const env = {
      ...variables,
      XDG_STATE_HOME: join(folder, `state-of-${person}`),
      XDG_CONFIG_HOME: join(folder, `settings-of-${person}`),
    };
    const output = await runStep(step, { folder, variables: env, signal });
    if (step.id !== undefined) variables['ID'] = step.id.exec(output)?.[1] ?? '';
    outputs.push(output);
  }
  return outputs;
}

async function runStep(step: WalkStep, { folder: cwd, variables: env, signal }: WalkGround): Promise<string> {
  const child = spawn('/bin/sh', ['-c', `exec 2>&1\n${step.command}`], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    signal,
    killSignal: 'SIGKILL',
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  assert.equal(exitCode, step.exitCode ?? 0, `$ ${step.command}\n${output}`);
  assert.match(output, step.shows ?? /^$/, `$ ${step.command}\n${output}`);
  return output;
}
