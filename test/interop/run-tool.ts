import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** What a program of somebody else printed, and how it ended. */
export interface ToolRun {
  readonly status: number | null;
  readonly output: string;
}

/** How a program of somebody else is run. */
export interface ToolCall {
  readonly command: string;
  readonly args: readonly string[];
  readonly folder: string;
  /** It is ended after this. */
  readonly seconds: number;
}

/** Runs a program to its end, or ends it when its time is over; what it printed counts all the same. */
export async function runTool({ command, args, folder, seconds }: ToolCall): Promise<ToolRun> {
  const child = spawn(command, args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HOME: folder },
    timeout: seconds * 1000,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, output };
}

/** Whether a program is there; as root on Debian and its kin it is installed first where it is not. */
export function findTool(command: string, debianPackage: string): boolean {
  if (isCommand(command)) return true;
  if (process.getuid?.() !== 0 || !isCommand('apt-get')) return false;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: readonly string[]) => spawnSync('apt-get', args, { stdio: 'ignore', env });
  const install = () => apt('install', '-y', '-qq', '--no-install-recommends', debianPackage).status === 0;
  if (!install()) {
    apt('update', '-qq');
    install();
  }
  return isCommand(command);
}

function isCommand(name: string): boolean {
  return spawnSync(name, ['--version'], { stdio: 'ignore', timeout: 20_000 }).error === undefined;
}
