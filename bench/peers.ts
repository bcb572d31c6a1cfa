import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median, runCommand, timeCommand } from './measure.ts';
import { makeRow, type Row } from './row.ts';
import { type MeasuredFile, warmMemory } from './workspace.ts';

/** Our own times on the same file, for the ratios. */
export interface OurTimes {
  readonly sealMs: number;
  readonly openMs: number;
}

/** What was compared, and what could not be. */
export interface PeerResult {
  readonly rows: readonly Row[];
  readonly missing: readonly string[];
}

const AGE_ROUNDS = 3;
/** How many times the memory of the others is made ready for Fernet, which holds the file several times over. */
const FERNET_SHARE = 2.5;
/** Reads, encrypts or decrypts, and writes one file; prints its own time in milliseconds, imports not counted. */
const FERNET = `
import sys, time
from cryptography.fernet import Fernet
work, key, source, target = sys.argv[1:]
start = time.perf_counter()
with open(source, "rb") as file: data = file.read()
box = Fernet(key)
data = box.encrypt(data) if work == "encrypt" else box.decrypt(data)
with open(target, "wb") as file: file.write(data)
print((time.perf_counter() - start) * 1000)
`;

/** Debian's or any other \`age\` on the path, to a fresh X25519 recipient, both ways. */
export function compareAge(file: MeasuredFile, ours: OurTimes): PeerResult {
  if (!isThere('age') || !isThere('age-keygen')) return { rows: [], missing: ['age: not found on the path'] };
  const { path, warmedBytes, workspace } = file;
  const identity = join(workspace.folder, 'age.key');
  writeFileSync(identity, runCommand('age-keygen', []));
  const recipient = runCommand('age-keygen', ['-y', identity]).trim();
  const [sealed, opened] = [`${path}.age`, `${path}.opened`];
  const measure = (args: readonly string[]): number => {
    warmMemory(workspace, warmedBytes);
    return timeCommand('age', args);
  };
  const rounds = Array.from({ length: AGE_ROUNDS }, () => {
    const seal = measure(['-r', recipient, '-o', sealed, path]);
    const open = measure(['-d', '-i', identity, '-o', opened, sealed]);
    for (const made of [sealed, opened]) rmSync(made);
    return { seal, open };
  });
  const times = {
    sealMs: median(rounds.map((round) => round.seal)),
    openMs: median(rounds.map((round) => round.open)),
  };
  return { rows: comparisonRows('age', times, { ours, atLeast: 1.2 }), missing: [] };
}

/** Fernet of Python's \`cryptography\`, both ways. It holds the file in memory several times over. */
export function compareFernet(file: MeasuredFile, ours: OurTimes): PeerResult {
  const python = process.env.STRONGROOM_BENCH_PYTHON ?? 'python3';
  if (spawnSync(python, ['-c', 'import cryptography.fernet']).status !== 0)
    return { rows: [], missing: ['Python cryptography: not found'] };
  const key = runCommand(python, [
    '-c',
    'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())',
  ]).trim();
  const [sealed, opened] = [`${file.path}.fernet`, `${file.path}.opened`];
  const run = (work: string, source: string, target: string): number => {
    warmMemory(file.workspace, file.warmedBytes * FERNET_SHARE);
    return Number(runCommand(python, ['-c', FERNET, work, key, source, target]));
  };
  const times = { sealMs: run('encrypt', file.path, sealed), openMs: run('decrypt', sealed, opened) };
  for (const made of [sealed, opened]) rmSync(made);
  return { rows: comparisonRows('fernet', times, { ours, atLeast: 15 }), missing: [] };
}

function comparisonRows(
  peer: string,
  theirs: OurTimes,
  { ours, atLeast }: { readonly ours: OurTimes; readonly atLeast: number },
): Row[] {
  return (['seal', 'open'] as const).map((work) => {
    const [peerMs, ourMs] = [theirs[`${work}Ms`], ours[`${work}Ms`]];
    return makeRow({
      name: `${work}-against-${peer}`,
      what: `times as fast as ${peer} to ${work} the same file`,
      value: peerMs / ourMs,
      unit: 'ratio',
      budget: { atLeast },
      detail: { peerMs, ourMs },
    });
  });
}

function isThere(command: string): boolean {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined;
}
