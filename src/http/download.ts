import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type OpenedFile, type OpenedVersion, ROUTES } from '../api/index.ts';
import { type ByteRange, fromBase64, fromHex, Passphrase, toBase64, utf8Text } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { entityTag, isRangeWelcome, isUnchanged } from './conditions.ts';
import type { ServerDeps } from './ports.ts';
import { parseRange } from './range.ts';
import { apiOf, rawRequest } from './route-request.ts';

/** What is given to the connection at a time: enough records of TLS to be worth it, few enough to stay in caches. */
const WRITE_BYTES = 256 * 1024;

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
    return await sendBytes(reply, file.lend(range));
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

/**
 * Sends bytes that are lent: each chunk is out of our hands before the next is asked for, so nothing of it is copied.
 * Whoever stops reading stops the decryption too. What fails before the first byte is still answered as an error.
 */
async function sendBytes(reply: FastifyReply, lent: AsyncIterable<Uint8Array>): Promise<FastifyReply> {
  const { raw } = reply;
  try {
    for await (const chunk of lent) {
      if (!reply.sent) takeOver(reply);
      for (let at = 0; at < chunk.length; at += WRITE_BYTES) {
        await write(raw, chunk.subarray(at, at + WRITE_BYTES));
      }
    }
  } catch (error) {
    if (!reply.sent) throw error;
    // Too late for words: a length that does not come about tells the client.
    raw.destroy();
    return reply;
  }
  if (!reply.sent) takeOver(reply);
  raw.end();
  return reply;
}

function takeOver(reply: FastifyReply): void {
  reply.hijack();
  reply.raw.writeHead(reply.statusCode, reply.getHeaders() as OutgoingHttpHeaders);
}

/** Resolves when the connection has taken the bytes over, encrypted. Throws `ABORTED` when it closes before. */
function write(raw: ServerResponse, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const onClose = (): void => reject(new StrongroomError('ABORTED', 'the client went away'));
    raw.once('close', onClose);
    raw.write(bytes, (error) => {
      raw.off('close', onClose);
      if (error) reject(error);
      else resolve();
    });
  });
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
