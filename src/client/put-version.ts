import { type Progress, type PutVersionInput, ROUTES, type Version } from '../api/index.ts';
import { assertNotAborted } from '../bytes/index.ts';
import { type ErrorCode, isStrongroomError, StrongroomError } from '../errors/index.ts';
import { decoded, written } from './calls.ts';
import { putForm } from './put-form.ts';
import { isPassing, pause, withRetries } from './retry.ts';
import { type Part, partsOf, type SizedFile } from './upload-parts.ts';
import { chance, readDocument, requestOf, type Wire } from './wire.ts';

/** The type of a piece of an upload (draft-ietf-httpbis-resumable-upload). */
const PART_TYPE = 'application/partial-upload';
/** Tries of one part without any progress. */
const MAX_TRIES = 8;
const BUSY_PAUSE_MS = 500;

type UploadState = ReturnType<(typeof ROUTES.uploads.create)['decode']>;

/**
 * Uploads files as the next version, in parts that are sent again where a connection was cut. Should the server have
 * forgotten the upload, because it was restarted, it begins once more where the files can be read once more. Where a size
 * is not known beforehand, everything goes as one form, which cannot be resumed.
 */
export async function putVersion(wire: Wire, input: PutVersionInput): Promise<Version> {
  const files = input.files.filter((file): file is SizedFile => file.size !== undefined);
  if (files.length < input.files.length || files.length === 0) return await putForm(wire, input);
  try {
    return await upload(wire, input, files);
  } catch (error) {
    if (!isStrongroomError(error, 'UPLOAD_MISSING')) throw error;
    return await upload(wire, input, files);
  }
}

async function upload(wire: Wire, input: PutVersionInput, files: readonly SizedFile[]): Promise<Version> {
  const { signal, onProgress } = input;
  const begun = await begin(wire, input, files);
  try {
    for await (const part of partsOf(files)) {
      assertNotAborted(signal);
      await sendPart({ wire, id: begun.id, signal }, part);
      onProgress?.(progressOf(part.offset + part.bytes.length, begun.length));
    }
    return await finish(wire, begun.id, signal);
  } catch (error) {
    await giveUp(wire, begun.id);
    throw error;
  }
}

function progressOf(done: number, total: number): Progress {
  return { phase: 'uploading', done, total, unit: 'bytes' };
}

async function begin(wire: Wire, input: PutVersionInput, files: readonly SizedFile[]): Promise<UploadState> {
  const route = ROUTES.uploads.create;
  const { onProgress: _onProgress, signal, ...details } = input;
  const named = files.map(({ path, size }) => ({ path, size }));
  const request = requestOf(route.words, written(route, { ...details, files: named }), signal);
  return await wire.ask(request, async (answer) => decoded(route, await readDocument(answer)));
}

interface RunningUpload {
  readonly wire: Wire;
  readonly id: string;
  readonly signal: AbortSignal | undefined;
}

/** Sends a part until the server has all of it, from wherever the server says that it is. */
async function sendPart(running: RunningUpload, part: Part): Promise<void> {
  const end = part.offset + part.bytes.length;
  let at = part.offset;
  for (let tries = 0; at < end; ) {
    try {
      at = (await append(running, { offset: at, bytes: part.bytes.subarray(at - part.offset) })).offset;
      tries = 0;
    } catch (error) {
      if (!isResumable(error) || ++tries > MAX_TRIES) throw error;
      await pause(BUSY_PAUSE_MS * Math.min(tries, 6) * (0.5 + chance() / 2), running.signal);
      const known = (await stateOf(running)).offset;
      if (known > at) tries = 0;
      at = known;
    }
    if (at < part.offset || at > end) {
      throw new StrongroomError('NETWORK_ANSWER_UNEXPECTED', 'the server has lost bytes that it had taken', {
        hint: 'run it again; nothing was stored',
      });
    }
  }
}

const RESUMABLE: ReadonlySet<ErrorCode> = new Set(['UPLOAD_OFFSET', 'UPLOAD_BUSY']);

function isResumable(error: unknown): boolean {
  return isPassing(error) || (isStrongroomError(error) && RESUMABLE.has(error.code));
}

async function append({ wire, id, signal }: RunningUpload, part: Part): Promise<UploadState> {
  const route = ROUTES.uploads.append;
  const { target } = requestOf(route.words, written(route, { id }));
  const request = {
    method: 'PATCH',
    target,
    headers: { 'content-type': PART_TYPE, 'upload-offset': String(part.offset) },
    body: part.bytes,
    signal,
    repeat: 'unsent',
  } as const;
  return await wire.ask(request, async (answer) => decoded(route, await readDocument(answer)));
}

async function stateOf({ wire, id, signal }: RunningUpload): Promise<UploadState> {
  const route = ROUTES.uploads.get;
  const request = requestOf(route.words, written(route, { id }), signal);
  return await wire.ask(request, async (answer) => decoded(route, await readDocument(answer)));
}

/** The version, or why there is none; asked again it says the same. */
async function finish(wire: Wire, id: string, signal: AbortSignal | undefined): Promise<Version> {
  const route = ROUTES.uploads.finish;
  const request = requestOf(route.words, written(route, { id }), signal);
  return await withRetries(
    () => wire.ask(request, async (answer) => decoded(route, await readDocument(answer))),
    { signal, chance, isRepeated: () => true },
  );
}

/** Tells the server that it need not wait any more. It would find out by itself; the first failure is what counts. */
async function giveUp(wire: Wire, id: string): Promise<void> {
  const route = ROUTES.uploads.cancel;
  try {
    await wire.ask({ ...requestOf(route.words, written(route, { id })), repeat: 'unsent' }, readDocument);
  } catch {
    // See above.
  }
}
