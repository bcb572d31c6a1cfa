import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { modulePath } from '../measure.ts';
import { callApi } from './call-api.ts';
import type { ServerPlace } from './connection.ts';

/** A server in a process of its own. */
export interface StartedServer extends ServerPlace {
  readonly pid: number;
  stop(): Promise<void>;
}

/** Ours, with an administrator's access token. */
export interface StartedStrongroom extends StartedServer {
  readonly token: string;
  /** Where its certificate and key lie. */
  readonly certificateFile: string;
  readonly keyFile: string;
}

const START_TIMEOUT_MS = 120_000;
/** All of the load comes from one address, which is what limits and the intrusion detection are there to stop. */
const UNGUARDED = {
  STRONGROOM_INTRUSION_MODE: 'off',
  // One caller asks what a thousand would: the budgets count, and do not end it.
  STRONGROOM_DEFENCE_ROWS_PER_DAY: '1000000000',
  STRONGROOM_DEFENCE_ROWS_PER_MONTH: '1000000000',
  STRONGROOM_DEFENCE_BITS_PER_DAY: '1000000000000',
  // Of the bare server; ours sees to it by itself.
  ORT_DISABLE_TELEMETRY: '1',
  ...Object.fromEntries(
    ['ADDRESS', 'LOG_IN', 'READ', 'WRITE', 'CONTENT', 'PREDICT'].map((kind) => [
      `STRONGROOM_RATES_${kind}_PER_MINUTE`,
      '0',
    ]),
  ),
};
const PASSWORD = 'seven odd lanterns over the harbour';

/** Starts `strongroom serve` on a fresh home, and makes its first administrator. */
export async function startStrongroom(
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<StartedStrongroom> {
  const home = join(folder, 'home');
  const bin = modulePath('../src/bin');
  const child = start(
    [bin, '--home', home, 'serve', '--listen', '127.0.0.1:0'],
    ['ignore', 'ignore', 'pipe'],
    env,
  );
  const [port, bootstrap] = await waitFor(child, child.stderr, (text) => {
    const [, port] = /open at https:\/\/[^:]+:(\d+)/.exec(text) ?? [];
    const [token] = /srb_\w+/.exec(text) ?? [];
    return port !== undefined && token !== undefined ? ([Number(port), token] as const) : undefined;
  });
  const [certificateFile, keyFile] = [join(home, 'tls/tls.crt'), join(home, 'tls/tls.key')];
  const place = { port, ca: readFileSync(certificateFile, 'utf8') };
  const answer = await callApi(place, {
    method: 'POST',
    path: '/api/v1/bootstrap',
    json: { token: bootstrap, name: 'bench', password: PASSWORD },
  });
  const { accessToken: token } = answer as { accessToken: string };
  return { ...place, ...ends(child), token, certificateFile, keyFile };
}

/** Starts the bare server with the certificate of ours. */
export function startBare(folder: string, ours: StartedStrongroom): Promise<StartedServer> {
  return startBareProgram('server/bare', [folder, ours.certificateFile, ours.keyFile], ours);
}

/** Starts a server of the benchmark that prints its port. */
export async function startBareProgram(
  name: string,
  args: readonly string[],
  ours: StartedStrongroom,
): Promise<StartedServer> {
  const child = start([modulePath(name), ...args], ['ignore', 'pipe', 'inherit']);
  const port = await waitFor(child, child.stdout, (text) => (/^\d+$/m.test(text) ? Number(text) : undefined));
  return { port, ca: ours.ca, ...ends(child) };
}

function start(
  args: readonly string[],
  stdio: ('ignore' | 'pipe' | 'inherit')[],
  more: Readonly<Record<string, string>> = {},
): ChildProcess {
  const env = { ...process.env, ...UNGUARDED, NODE_ENV: 'production', ...more };
  const child = spawn(process.execPath, args, { stdio, env });
  process.on('exit', () => child.kill('SIGKILL'));
  return child;
}

function ends(child: ChildProcess): Pick<StartedServer, 'pid' | 'stop'> {
  return {
    pid: child.pid ?? 0,
    stop: async () => {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function waitFor<T>(
  child: ChildProcess,
  output: Readable | null,
  find: (text: string) => T | undefined,
): Promise<T> {
  if (output === null) throw new Error('the server has no output');
  const timer = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS);
  let text = '';
  for await (const line of createInterface({ input: output })) {
    text += `${line}\n`;
    const found = find(text);
    if (found === undefined) continue;
    clearTimeout(timer);
    // What it says later must not fill the pipe.
    output.resume();
    return found;
  }
  throw new Error(`the server did not start: ${text}`);
}
