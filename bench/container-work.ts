// One piece of work on one file, in a process of its own: `node bench/container-work.ts seal FROM TO`,
// `open FROM TO`, or `range FROM`. It takes the same way as the product: inputs, container, output files.
import { randomInt } from 'node:crypto';
import { SecretBytes } from '../src/bytes/index.ts';
import {
  kekIdentity,
  kekRecipient,
  openPayload,
  readSealedFile,
  SealedFileWriter,
  SegmentPool,
  sealPayload,
} from '../src/container/index.ts';
import { randomId } from '../src/crypto/index.ts';
import { FileSource, OutputFile, readInputs } from '../src/storage/index.ts';
import { median, reportMeasured } from './measure.ts';

const KEY_NAME = 'bench';
const RANGE_BYTES = 2 ** 20;
const RANGE_ROUNDS = 50;
const WARM_UP_CHUNKS = 64;

const [, , work = '', from = '', to = ''] = process.argv;
const pool = SegmentPool.open();
/** The same in every process, so that one opens what another sealed. */
const kek = SecretBytes.copyOf(new Uint8Array(32).fill(7));

await warmUp();
if (work === 'seal') reportMeasured({ ms: await timed(() => seal(from, to)) });
else if (work === 'open') reportMeasured({ ms: await timed(() => open(from, to)) });
else if (work === 'range') await reportRanges();
else throw new Error(`no such work: ${work}`);
await pool.close();

async function timed(act: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}

async function seal(source: string, target: string): Promise<void> {
  const [input] = await readInputs([source]);
  if (input === undefined) throw new Error(`nothing at ${source}`);
  const output = await OutputFile.create(target);
  const writer = new SealedFileWriter(output, 1);
  const { header } = await sealStream(input.open(), (chunk) => writer.write(chunk));
  await writer.finish(header);
  await output.commit();
}

function sealStream(
  input: AsyncIterable<Uint8Array>,
  write: (chunk: Uint8Array) => Promise<void>,
): ReturnType<typeof sealPayload> {
  return sealPayload(
    {
      vault: randomId(),
      blob: randomId(),
      name: 'file',
      input,
      write,
      recipients: [kekRecipient({ key: KEY_NAME, version: 1, material: kek })],
      createdAt: new Date().toISOString(),
    },
    { pool },
  );
}

async function open(source: string, target: string): Promise<void> {
  const file = await FileSource.open(source);
  const output = await OutputFile.create(target);
  const opened = await openSealed(file);
  for await (const chunk of opened.lend()) await output.write(chunk);
  await output.commit();
  await opened.close();
  await file.close();
}

async function openSealed(file: FileSource): ReturnType<typeof openPayload> {
  const { header, payload } = await readSealedFile(file);
  return openPayload({ header, source: payload, identities: [kekIdentity(() => kek)] }, { pool });
}

/** Every round opens the file anew, as a request for one tensor would. */
async function readRange(source: string): Promise<void> {
  const file = await FileSource.open(source);
  const opened = await openSealed(file);
  const start = randomInt(Math.max(1, opened.size - RANGE_BYTES));
  let length = 0;
  for await (const chunk of opened.lend({ start, end: Math.min(opened.size, start + RANGE_BYTES) }))
    length += chunk.length;
  if (length !== Math.min(RANGE_BYTES, opened.size)) throw new Error(`the range has ${length} bytes`);
  await opened.close();
  await file.close();
}

async function reportRanges(): Promise<void> {
  const samplesMs: number[] = [];
  for (let round = 0; round < RANGE_ROUNDS; round++) samplesMs.push(await timed(() => readRange(from)));
  reportMeasured({ ms: median(samplesMs), samplesMs });
}

/** Starts the threads and lets the compiler see the hot paths; what is measured is the work, not the start. */
async function warmUp(): Promise<void> {
  await sealStream(zeros(), () => Promise.resolve());
}

// eslint-disable-next-line @typescript-eslint/require-await -- a stream by its type, ready by its nature
async function* zeros(): AsyncGenerator<Uint8Array> {
  const chunk = new Uint8Array(2 ** 20);
  for (let done = 0; done < WARM_UP_CHUNKS; done++) yield chunk;
}
