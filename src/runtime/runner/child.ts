// The process that holds one model. It reads requests from its standard input and answers on its standard output; the
// model comes in pieces and stays in memory. Nothing here is part of the process that starts it.
import { Worker } from 'node:worker_threads';
import { type Frame, FrameReader, wholeFrame } from './frames.ts';
import { REQUEST_LIMITS, type Reason, type Request } from './messages.ts';
import { type LoadedModel, loadModel, type Ort, UnsupportedType } from './ort-session.ts';
import type { Reply } from './reply-schema.ts';
import { readSections, writeSections } from './tensor-sections.ts';

// ONNX Runtime's binding takes half precision as 16-bit integers alone, unless JavaScript has the real thing.
Reflect.deleteProperty(globalThis, 'Float16Array');

/** Begins at once, while the model is still on its way. Our keeper says where it is, for it may lie behind links. */
const runtime = (import(process.argv[2] ?? '') as Promise<Ort>).catch(() => undefined);

/** The model while its pieces come in. */
let arriving: { readonly memory: Uint8Array; readonly threads: number; filled: number } | undefined;
let model: LoadedModel | undefined;
let work = Promise.resolve();

watchKeeper();
const reader = new FrameReader(REQUEST_LIMITS, (frame) => {
  work = work.then(() => handle(frame));
});
process.stdin.on('data', (chunk: Buffer) => {
  reader.push(chunk);
});
process.stdin.on('end', () => process.exit());

/** A run blocks this thread for as long as it takes, so another one sees that the keeper is gone. */
function watchKeeper(): void {
  const url = new URL(
    import.meta.url.endsWith('.ts') ? './keeper-watch.ts' : './keeper-watch.js',
    import.meta.url,
  );
  new Worker(url, { workerData: process.ppid, resourceLimits: { maxOldGenerationSizeMb: 16 } }).unref();
}

function reply(head: Reply, parts: readonly Uint8Array[] = []): void {
  process.stdout.write(wholeFrame(head, parts));
}

async function handle({ head, body }: Frame): Promise<void> {
  // Only our keeper writes here.
  const request = head as Request;
  if (request.kind === 'load') {
    arriving = { memory: new Uint8Array(request.bytes), threads: request.threads, filled: 0 };
  } else if (request.kind === 'piece') await takePiece(body);
  else await run(request, body);
}

async function takePiece(piece: Uint8Array): Promise<void> {
  if (arriving === undefined) return;
  arriving.memory.set(piece, arriving.filled);
  arriving.filled += piece.length;
  if (arriving.filled < arriving.memory.length) return;
  const { memory, threads } = arriving;
  arriving = undefined;
  try {
    const ort = await runtime;
    if (ort === undefined) {
      reply({ kind: 'failed', reason: 'runtime' });
      return;
    }
    model = await loadModel(ort, memory, { threads });
    reply({ kind: 'loaded', inputs: model.inputs, outputs: model.outputs });
  } catch (error) {
    reply({ kind: 'failed', reason: reasonOf(error, 'malformed') });
  } finally {
    memory.fill(0);
  }
}

async function run(request: Extract<Request, { kind: 'run' }>, body: Uint8Array): Promise<void> {
  const { id, outputs } = request;
  try {
    const inputs = readSections(request.tensors, body);
    if (model === undefined || inputs === undefined) throw new Error('not asked as agreed');
    const { tensors, ...times } = await model.run(inputs, outputs);
    const { words, parts } = writeSections(tensors);
    reply({ kind: 'answer', id, tensors: words, ...times }, parts);
  } catch (error) {
    reply({ kind: 'failed', id, reason: reasonOf(error, 'refused') });
  }
}

/** What may be said of a failure. The words of ONNX Runtime stay here: they tell of the graph. */
function reasonOf(error: unknown, otherwise: Reason): Reason {
  if (error instanceof UnsupportedType) return 'types';
  const message = error instanceof Error ? error.message : '';
  if (/bad_alloc|Failed to allocate|out of memory|Array buffer allocation failed/i.test(message))
    return 'memory';
  if (/not a registered function\/op|No Op registered|Could not find an implementation/i.test(message)) {
    return 'operators';
  }
  return /Unsupported data type/i.test(message) ? 'types' : otherwise;
}
