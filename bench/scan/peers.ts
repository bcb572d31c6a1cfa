import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { CORPUS_FOLDER } from '../../test/scan/corpus/corpus-case.ts';
import { peerPython } from '../../test/scan/corpus/make.ts';

/** Other scanners, by the names of their packages. */
export const PEERS = ['picklescan', 'modelscan', 'fickling'] as const;

const TIMEOUT_MS = 1_800_000;
const said = z.enum(['flagged', 'noted', 'passed', 'skipped', 'error', 'timeout']);
const answersSchema = z.record(z.string(), z.tuple([said, z.number()]));

/** What a scanner makes of a file: it stops it, notes something but lets it pass, passes it, or gives no answer. */
export type Answer = z.infer<typeof said>;

/** Answers and milliseconds by the id of the case. */
export type Answers = z.infer<typeof answersSchema>;

/** Runs another scanner over the corpus in a process of its own; undefined when it is not installed. */
export function runPeer(peer: (typeof PEERS)[number]): Answers | undefined {
  const python = peerPython();
  if (python === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'scan-peers-'));
  const out = join(folder, 'answers.json');
  try {
    const script = join(import.meta.dirname, 'run_peers.py');
    const { status } = spawnSync(python, [script, peer, CORPUS_FOLDER, out], {
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: TIMEOUT_MS,
    });
    if (status !== 0) return undefined;
    return answersSchema.parse(JSON.parse(readFileSync(out, 'utf8')));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
