// A home as somebody sees it who has the disk but no key: its files, its rows, its processes.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseAliasName, parseModelName, type Version } from '../../src/api/index.ts';
import type { Strongroom } from '../../src/open/index.ts';
import { bytesOf } from '../kit/temporary-home.ts';

export const CHURN = parseModelName('acme/churn');
export const PRODUCTION = parseAliasName('production');

/** The folder of the blob that holds a file of a version. */
export function blobFolder(home: string, version: Version, path = 'm.bin'): string {
  const blob = version.files.find((file) => file.path === path)?.blob;
  if (blob === undefined) throw new Error(`${path} is not in the version`);
  return join(home, 'blobs', blob.slice(0, 2), blob);
}

/** Replaces the content of a file by what `change` makes of it. */
export async function rewrite(path: string, change: (bytes: Buffer) => Uint8Array): Promise<void> {
  await writeFile(path, change(await readFile(path)));
}

/** The name of the newest generation of a file in a folder: `header`, `keyring`. */
export async function newestOf(folder: string, name: string): Promise<string> {
  const generationOf = (file: string) => Number(file.split('.').at(-2));
  const files = (await readdir(folder)).filter((file) => file.startsWith(`${name}.`));
  const newest = files.sort((a, b) => generationOf(a) - generationOf(b)).at(-1);
  if (newest === undefined) throw new Error(`there is no ${name} in ${folder}`);
  return join(folder, newest);
}

/** Changes rows of the catalogue behind its back. */
export function meddle(home: string, sql: string): void {
  const raw = new DatabaseSync(join(home, 'catalogue.db'), { enableForeignKeyConstraints: false });
  raw.exec(sql);
  raw.close();
}

/** The content of one file of a version, read through the open strongroom. */
export async function contentOf(strongroom: Strongroom, version: number, path = 'm.bin'): Promise<Buffer> {
  await using opened = await strongroom.api.versions.open({ model: CHURN, version });
  const file = opened.files.find((each) => each.path === path);
  if (file === undefined) throw new Error(`${path} is not in the version`);
  return await bytesOf(file.read());
}

/** Temporary files and folders below a home; where the audit log is at work there may be some for a moment. */
export async function leftovers(home: string): Promise<string[]> {
  const names = (await readdir(home, { recursive: true })).filter((name) => !name.startsWith('audit/'));
  return names.filter((name) => (name.split('/').at(-1) ?? '').startsWith('.'));
}

export interface Child {
  readonly process: ChildProcess;
  /** What it wrote on stdout; rejects with its stderr when it fails. */
  readonly done: Promise<string>;
}

/** Runs a script of `children/` in a process of its own, as another user where `uid` says so. */
export function startChild(script: string, args: readonly string[], uid?: number): Child {
  const path = join(import.meta.dirname, 'children', script);
  const asUser = ['--reuid', `${uid}`, '--regid', `${uid}`, '--clear-groups', process.execPath];
  const [command, before] = uid === undefined ? [process.execPath, []] : ['setpriv', asUser];
  // Another user can neither read nor write the cache of ours.
  const cache = uid === undefined ? {} : { NODE_COMPILE_CACHE: join(tmpdir(), 'strongroom-compile-cache') };
  const env = { ...process.env, ...cache };
  const child = spawn(command, [...before, path, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  return { process: child, done: outputOf(child) };
}

async function outputOf(child: ChildProcess): Promise<string> {
  const text = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the child ended with ${code}: ${text.stderr}`);
  return text.stdout;
}
