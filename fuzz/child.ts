import { readFileSync, writeSync } from 'node:fs';
import { fileOfCase } from './file-of-case.ts';
import { DEFAULT_MAX_ALLOCATION_BYTES, type Fuzzer } from './fuzzer.ts';
import { loadFuzzer } from './load-fuzzers.ts';
import { type FuzzOrder, type FuzzWord, WORD_PIPE } from './messages.ts';
import { type AllocationWatch, watchAllocations } from './watch-allocations.ts';

// The process that reads the files: it may hang, run out of memory or end, and its parent knows by which file.

const order = JSON.parse(process.argv[2] ?? '') as FuzzOrder;
const watch = watchAllocations();
const fuzzer = await loadFuzzer(order.folder, order.reader);

function say(word: FuzzWord): void {
  // Written before it returns: a reader that never gives the thread back must not keep it.
  writeSync(WORD_PIPE, `${JSON.stringify(word)}\n`);
}

/** What is wrong with how a file was read; `undefined`: nothing. */
async function failureOf(file: Uint8Array): Promise<string | undefined> {
  watch.take();
  try {
    await fuzzer.read(file);
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  return allocationFailure(fuzzer, watch);
}

function allocationFailure({ maxAllocationBytes }: Fuzzer, taken: AllocationWatch): string | undefined {
  const most = maxAllocationBytes ?? DEFAULT_MAX_ALLOCATION_BYTES;
  const largest = taken.take();
  return largest > most ? `${largest} bytes of memory asked for at once, of at most ${most}` : undefined;
}

async function run(): Promise<void> {
  const end = performance.now() + order.seconds * 1000;
  let index = 0;
  while (index < order.runs && (index === 0 || performance.now() < end)) {
    say({ kind: 'case', index });
    const file =
      order.replay === undefined
        ? fileOfCase(fuzzer, { seed: order.seed, index })
        : new Uint8Array(readFileSync(order.replay));
    const message = await failureOf(file);
    if (message !== undefined) {
      say({ kind: 'failed', index, message });
      return;
    }
    index++;
  }
  say({ kind: 'done', cases: index });
}

await run();
