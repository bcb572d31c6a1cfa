import {
  type AccessCode,
  type ManifestFile,
  type OpenedFile,
  type OpenedVersion,
  ROUTES,
  type Version,
  type VersionRef,
} from '../api/index.ts';
import { type ByteRange, toBase64, toHex } from '../bytes/index.ts';
import { createHasher } from '../crypto/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import { askOnce, written } from './calls.ts';
import { withRetries } from './retry.ts';
import type { IncomingAnswer } from './transport.ts';
import { chance, targetOf, type Wire } from './wire.ts';

/** Bytes after which the tries to resume count anew. */
const NOTEWORTHY_BYTES = 1 << 20;
const MAX_RESUMES = 6;

/** A file of a version on the server, and what opens it. */
interface RemoteFile {
  readonly wire: Wire;
  readonly version: Version;
  readonly file: ManifestFile;
  readonly accessCode: AccessCode | undefined;
  /** Aborted when the version is closed. */
  readonly signal: AbortSignal;
}

/**
 * Opens a version on the server. A file that is read whole is verified here too: its last chunk comes only if size and
 * SHA-256 are those of the manifest. Cut connections are resumed where they were cut.
 */
export async function openVersion(
  wire: Wire,
  input: VersionRef & { readonly accessCode?: AccessCode },
): Promise<OpenedVersion> {
  const version = await askOnce(wire, ROUTES.versions.open, input);
  const closing = new AbortController();
  const close = (): Promise<void> => {
    closing.abort(new StrongroomError('ABORTED', 'the version was closed'));
    return Promise.resolve();
  };
  const { accessCode } = input;
  return {
    version,
    files: version.files.map((file) =>
      openedFile({ wire, version, file, accessCode, signal: closing.signal }),
    ),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function openedFile(remote: RemoteFile): OpenedFile {
  const read = (range?: ByteRange): AsyncIterable<Uint8Array> =>
    range === undefined ? readWhole(remote) : readBytes(remote, clamp(range, remote.file.size));
  return { ...remote.file, read, lend: read };
}

function clamp({ start, end }: ByteRange, size: number): ByteRange {
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start || end > size) {
    throw new StrongroomError('INPUT_INVALID', `not a range of ${size} bytes: ${start} to ${end}`);
  }
  return { start, end };
}

async function* readWhole(remote: RemoteFile): AsyncGenerator<Uint8Array> {
  const { file } = remote;
  const hasher = createHasher('sha256');
  // The last chunk waits for the digest, so that a reader that has everything has the right thing.
  let held: Uint8Array | undefined;
  for await (const chunk of readBytes(remote, { start: 0, end: file.size })) {
    hasher.update(chunk);
    if (held !== undefined) yield held;
    held = chunk;
  }
  const found = toHex(hasher.digest());
  if (found !== file.sha256) {
    throw new StrongroomError('NETWORK_DIGEST_MISMATCH', `expected sha256 ${file.sha256}, got ${found}`, {
      hint: 'what arrived is not what is stored; run it again, and look at what lies between you and the server',
    });
  }
  if (held !== undefined) yield held;
}

/** The bytes of a range, however many requests it takes. */
async function* readBytes(remote: RemoteFile, range: ByteRange): AsyncGenerator<Uint8Array> {
  let at = range.start;
  let resumes = 0;
  let atLastCut = at;
  while (at < range.end) {
    const answer = await requestRange(remote, { start: at, end: range.end });
    try {
      for await (const chunk of answer.body) {
        if (at + chunk.length > range.end) throw tooMuch(remote);
        at += chunk.length;
        yield chunk;
      }
      if (at < range.end) throw new StrongroomError('NETWORK_CUT', 'the server sent less than was asked for');
    } catch (error) {
      if (at - atLastCut >= NOTEWORTHY_BYTES) resumes = 0;
      atLastCut = at;
      if (!isCut(error) || remote.signal.aborted || resumes++ >= MAX_RESUMES) throw error;
    } finally {
      answer.discard();
    }
  }
}

function isCut(error: unknown): boolean {
  return isStrongroomError(error, 'NETWORK_CUT') || isStrongroomError(error, 'NETWORK_TIMEOUT');
}

function tooMuch({ file }: RemoteFile): StrongroomError {
  return new StrongroomError(
    'NETWORK_ANSWER_UNEXPECTED',
    `the server sends more of ${file.path} than it has`,
  );
}

/** Asks for a range until the server begins to send it. */
function requestRange(remote: RemoteFile, { start, end }: ByteRange): Promise<IncomingAnswer> {
  const { wire, version, file, accessCode, signal } = remote;
  const { model, version: number } = version;
  const place = written(ROUTES.versions.download, { model, version: number, path: file.path });
  const isWhole = start === 0 && end === file.size;
  const request = {
    method: 'GET',
    target: targetOf(place),
    headers: {
      accept: 'application/octet-stream, application/problem+json',
      ...(!isWhole && { range: `bytes=${start}-${end - 1}` }),
      ...(accessCode && { [ACCESS_CODE_HEADER]: toBase64(accessCode.expose()) }),
    },
    signal,
    repeat: 'safe',
  } as const;
  const begin = async (): Promise<IncomingAnswer> => {
    const answer = await wire.send(request);
    if (answer.status === (isWhole ? 200 : 206)) return answer;
    answer.discard();
    throw new StrongroomError('NETWORK_ANSWER_UNEXPECTED', `the server answered ${answer.status} to a range`);
  };
  return withRetries(begin, { signal, chance, isRepeated: () => true });
}

/** Carries the access code of a version, base64 of its UTF-8 bytes. */
const ACCESS_CODE_HEADER = 'strongroom-access-code';
