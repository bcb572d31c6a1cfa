import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type OpenedFile, type OpenedVersion, ROUTES } from '../api/index.ts';
import { type ByteRange, fromBase64, fromHex, Passphrase, toBase64, utf8Text } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { entityTag, isRangeWelcome, isUnchanged } from './conditions.ts';
import type { ServerDeps } from './ports.ts';
import { parseRange } from './range.ts';
import { apiOf, rawRequest } from './route-request.ts';

/** Two segments: enough that the next is decrypted while one is sent. */
const AHEAD_BYTES = 512 * 1024;

/** Sends a file of a version, or a range of it, verified segment by segment as it goes out. */
export async function download(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: ServerDeps,
): Promise<unknown> {
  const route = ROUTES.versions.download;
  const { path, ...ref } = route.read(rawRequest(route, request));
  const accessCode = readAccessCode(request);
  const opened = await apiOf(request, deps).versions.open({ ...ref, ...(accessCode && { accessCode }) });
  try {
    const file = opened.files.find((each) => each.path === path);
    if (file === undefined) throw new StrongroomError('FILE_MISSING', 'the version has no such file');
    describe(reply, file, opened);
    const tag = entityTag(file.sha256);
    if (isUnchanged(request, reply, tag)) return await reply.code(304).send();
    const range = isRangeWelcome(request, tag) ? parseRange(request.headers.range, file.size) : undefined;
    announce(reply, file, range);
    if (request.method === 'HEAD') return await reply.send();
    return await reply.send(streamOf(file, range));
  } finally {
    await opened.close();
  }
}

function describe(reply: FastifyReply, file: OpenedFile, { version }: OpenedVersion): void {
  const name = file.path.slice(file.path.lastIndexOf('/') + 1);
  void reply.headers({
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
    'accept-ranges': 'bytes',
    // RFC 9530: of the whole file, whatever range of it is sent.
    'repr-digest': `sha-256=:${toBase64(fromHex(file.sha256) ?? new Uint8Array())}:`,
    'strongroom-version': String(version.version),
  });
}

function announce(reply: FastifyReply, file: OpenedFile, range: ByteRange | undefined): void {
  const { start, end } = range ?? { start: 0, end: file.size };
  void reply.code(range === undefined ? 200 : 206).header('content-length', String(end - start));
  if (range !== undefined) void reply.header('content-range', `bytes ${start}-${end - 1}/${file.size}`);
}

/** Decrypts ahead of what is sent, but not far; whoever stops reading stops that too. */
function streamOf(file: OpenedFile, range: ByteRange | undefined): Readable {
  return Readable.from(file.read(range), { objectMode: false, highWaterMark: AHEAD_BYTES });
}

/** The access code of a request without a body: base64 of its UTF-8 in a header of its own. */
function readAccessCode(request: FastifyRequest): Passphrase | undefined {
  const header = request.headers['strongroom-access-code'];
  if (header === undefined) return undefined;
  const bytes = typeof header === 'string' && header.length <= 2048 ? fromBase64(header) : undefined;
  const text = bytes && utf8Text(bytes);
  if (text === undefined || text === '') {
    throw new StrongroomError('REQUEST_MALFORMED', 'Strongroom-Access-Code is not base64 of a text');
  }
  return Passphrase.fromText(text);
}
