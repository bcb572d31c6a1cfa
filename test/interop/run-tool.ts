import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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
    if (!install()) installNonFree(debianPackage);
  }
  return isCommand(command);
}

/** From Debian's own part for what is not wholly free, which few machines have switched on; their lists stay as they are. */
function installNonFree(debianPackage: string): void {
  const targets = ['indextargets', '--format', '$(REPO_URI) $(CODENAME)', 'Created-By: Packages'];
  const lines = spawnSync('apt-get', targets, { encoding: 'utf8' }).stdout.trim().split('\n');
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-apt-'));
  const list = join(folder, 'non-free.list');
  writeFileSync(list, [...new Set(lines)].map((line) => `deb ${line} main non-free\n`).join(''));
  const only = ['-o', `Dir::Etc::sourcelist=${list}`, '-o', 'Dir::Etc::sourceparts=/dev/null'];
  const options = [...only, '-o', 'APT::Get::List-Cleanup=0', '-qq'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', ...options], { stdio: 'ignore', env });
  const words = ['install', '-y', '--no-install-recommends', debianPackage];
  spawnSync('apt-get', [...words, ...options], { stdio: 'ignore', env });
  rmSync(folder, { recursive: true });
}

function isCommand(name: string): boolean {
  return spawnSync(name, ['--version'], { stdio: 'ignore', timeout: 20_000 }).error === undefined;
}
