import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type FuzzOrder, type FuzzWord, WORD_PIPE } from './messages.ts';

/** Heap of the reading process, in MiB: files have kilobytes. */
const MAX_HEAP_MIB = 256;

/** How fuzzing one reader went. */
export interface FuzzOutcome {
  readonly cases: number;
  /** The case that failed, and how; absent: none did. */
  readonly failure?: { readonly index: number; readonly message: string };
}

/**
 * Feeds one reader in a process of its own, which is killed when one file takes longer than `caseMs`. A failure, a
 * hang, too much memory and the end of the process are all outcomes, each with its case.
 */
export async function fuzzReader(order: FuzzOrder, { caseMs }: { caseMs: number }): Promise<FuzzOutcome> {
  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${MAX_HEAP_MIB}`, join(import.meta.dirname, 'child.ts'), JSON.stringify(order)],
    { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] },
  );
  const run: { index: number; outcome?: FuzzOutcome; isHung: boolean } = { index: 0, isHung: false };
  let said = '';
  child.stderr?.on('data', (text: Buffer) => (said = `${said}${text.toString('utf8')}`.slice(-2000)));
  const hang = (): void => {
    run.isHung = true;
    child.kill('SIGKILL');
  };
  let timer = setTimeout(hang, caseMs);
  createInterface({ input: child.stdio[WORD_PIPE] as Readable }).on('line', (line) => {
    const word = JSON.parse(line) as FuzzWord;
    if (word.kind === 'done') run.outcome = { cases: word.cases };
    else if (word.kind === 'failed') run.outcome = { cases: word.index + 1, failure: word };
    else run.index = word.index;
    clearTimeout(timer);
    if (run.outcome === undefined) timer = setTimeout(hang, caseMs);
  });
  const { code, signal } = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>(
    (resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal }));
    },
  );
  clearTimeout(timer);
  if (run.outcome !== undefined) return run.outcome;
  const message = run.isHung
    ? `not read within ${caseMs} ms`
    : `the process ended (${signal ?? String(code)}): ${said.trim()}`;
  return { cases: run.index + 1, failure: { index: run.index, message } };
}
