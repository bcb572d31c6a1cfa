import { toBase64Url, toHex } from '../bytes/index.ts';
import { randomSecret } from '../crypto/index.ts';
import type { ContainerHeader, FileMetadata, StoredCompression } from './container-header.ts';
import { ContentIntake, type TakenIn } from './content-intake.ts';
import { DEK_BYTES, headerMac, payloadAad, sealMetadata } from './data-key.ts';
import { FloeMessage } from './floe.ts';
import { Flow } from './flow.ts';
import { formatHeader } from './header.ts';
import { InputReader } from './input-reader.ts';
import { wrapDek } from './key-slots.ts';
import { FORMAT } from './labels.ts';
import { PayloadWriter, type WrittenPayload } from './payload-writer.ts';
import type { Dek, KeySlot } from './recipient.ts';
import { isWorthCompressing, readSample } from './sample.ts';
import { planSeal, type SealPlan, type SealRequest } from './seal-request.ts';
import type { SegmentPool } from './segment-pool.ts';

/** What came out of sealing; the header is yet to be stored. */
export interface SealedBlob {
  readonly header: ContainerHeader;
  /** Of the plaintext, in bytes. */
  readonly size: number;
  /** Of the plaintext after compression, in bytes. */
  readonly storedSize: number;
  /** Of the payload, in bytes. */
  readonly payloadSize: number;
  /** SHA-256 of the plaintext, lower-case hex. */
  readonly sha256: string;
  /** SHA-512 of the plaintext, lower-case hex, where it was asked for. */
  readonly sha512?: string;
}

/** What the threads are taken from. */
export interface SealEngine {
  readonly pool: SegmentPool;
}

/**
 * Seals a stream: hashes, compresses where asked, encrypts and writes in one pass with constant memory. What `write`
 * got before a failure is worthless and to be thrown away. Throws `ABORTED`, `INPUT_INVALID`, `CONTAINER_LIMIT` for
 * a header that would be too long, and what `input`, `write` and the recipients throw.
 */
export async function sealPayload(request: SealRequest, { pool }: SealEngine): Promise<SealedBlob> {
  const plan = planSeal(request);
  if (!plan.isEncrypted) {
    const run = await runSeal({ request, plan, pool, message: undefined });
    return sealedBlob(run, plainHeader(request, run));
  }
  using dek = randomSecret(DEK_BYTES);
  const { recipients, accessCode } = request;
  const slots = await wrapDek(dek, request, { recipients, accessCode });
  const { segmentBytes } = plan;
  using message = FloeMessage.create({ key: dek, aad: payloadAad(request), segmentBytes });
  const run = await runSeal({ request, plan, pool, message });
  return sealedBlob(run, encryptedHeader(request, run, { dek, slots, floe: message.header, segmentBytes }));
}

interface SealJob {
  readonly request: SealRequest;
  readonly plan: SealPlan;
  readonly pool: SegmentPool;
  readonly message: FloeMessage | undefined;
}

/** What the streaming part found out. */
interface SealRun {
  readonly taken: TakenIn;
  readonly written: WrittenPayload;
  readonly compression: StoredCompression;
}

async function runSeal({ request, plan, pool, message }: SealJob): Promise<SealRun> {
  const flow = new Flow(request.signal);
  const input = new InputReader(request.input, flow);
  const writer = new PayloadWriter(pool, flow, {
    message,
    segmentBytes: plan.segmentBytes,
    write: request.write,
  });
  let intake: ContentIntake | undefined;
  try {
    const { compression, sample } = await chooseCompression(input, plan, { pool, flow });
    const zstd =
      compression.algorithm === 'zstd' ? { level: plan.level, frameBytes: compression.frame } : undefined;
    intake = new ContentIntake({ pool, flow, writer }, { ...plan, zstd });
    if (sample !== undefined) await intake.add(sample);
    sample?.fill(0);
    while (await intake.addFrom(input)) request.onProgress?.(intake.size);
    const taken = await intake.finish();
    return { taken, written: await writer.finish(), compression };
  } catch (error) {
    flow.fail(error);
    input.abandon();
    // Whatever failed first is the reason; what was caught here may only be its consequence.
    flow.assertRunning();
    throw error;
  } finally {
    await flow.settle();
    await intake?.close();
    await writer.close();
  }
}

async function chooseCompression(
  input: InputReader,
  plan: SealPlan,
  engine: { readonly pool: SegmentPool; readonly flow: Flow },
): Promise<{ compression: StoredCompression; sample?: Uint8Array }> {
  const zstd = { algorithm: 'zstd', frame: plan.frameBytes } as const;
  if (plan.algorithm === 'none') return { compression: { algorithm: 'none' } };
  if (plan.algorithm === 'zstd') return { compression: zstd };
  const sample = await readSample(input);
  const isWorth = await isWorthCompressing(sample, plan.level, engine);
  return { compression: isWorth ? zstd : { algorithm: 'none' }, sample };
}

function sealedBlob({ taken, written }: SealRun, header: ContainerHeader): SealedBlob {
  // A header that cannot be stored must not look like success.
  formatHeader(header);
  const { size, storedSize } = taken;
  return { header, size, storedSize, payloadSize: written.payloadSize, ...fileDigests(taken) };
}

function fileDigests({ digests }: TakenIn): { sha256: string; sha512?: string } {
  const { sha256, sha512 } = digests;
  return { sha256: toHex(sha256), ...(sha512 === undefined ? {} : { sha512: toHex(sha512) }) };
}

function metadataOf(request: SealRequest, { taken }: SealRun): FileMetadata {
  return { name: request.name, ...fileDigests(taken) };
}

/** What every header says of its payload. */
function commonPart(request: SealRequest, { taken, written, compression }: SealRun) {
  return {
    format: FORMAT,
    vault: request.vault,
    blob: request.blob,
    createdAt: request.createdAt,
    size: taken.size,
    storedSize: taken.storedSize,
    payloadSize: written.payloadSize,
    payloadCheck: toHex(written.check),
    compression,
  } as const;
}

function plainHeader(request: SealRequest, run: SealRun): ContainerHeader {
  return { ...commonPart(request, run), suite: 0, plain: metadataOf(request, run), generation: 1 };
}

interface SealKeys {
  readonly dek: Dek;
  readonly slots: readonly KeySlot[];
  readonly floe: Uint8Array;
  readonly segmentBytes: number;
}

function encryptedHeader(request: SealRequest, run: SealRun, keys: SealKeys): ContainerHeader {
  const part = {
    ...commonPart(request, run),
    suite: 1,
    segment: keys.segmentBytes,
    floe: toBase64Url(keys.floe),
    metadata: sealMetadata(keys.dek, request, metadataOf(request, run)),
  } as const;
  const mac = toBase64Url(headerMac(keys.dek, part));
  return { ...part, mac, generation: 1, slots: keys.slots };
}
