import { Readable, Transform } from 'node:stream';
import { promisify } from 'node:util';
import { createGunzip, createInflate, gunzip, inflate } from 'node:zlib';
import type { FastifyRequest } from 'fastify';
import { StrongroomError } from '../../errors/index.ts';
import type { ServerLimits } from '../limits.ts';

/** How much a body may be, unpacked. */
export type BodyLimits = Pick<ServerLimits, 'maxPredictionBytes' | 'maxPredictionStreamBytes'>;

const unpackers = {
  gzip: { whole: promisify(gunzip), stream: createGunzip },
  // HTTP means zlib by it (RFC 9110 §8.4.1.2).
  deflate: { whole: promisify(inflate), stream: createInflate },
} as const;

/** The whole body of a request, unpacked. Throws `INPUT_TOO_LARGE`, `MEDIA_TYPE_UNSUPPORTED`, `REQUEST_MALFORMED`. */
export function wholeBody(request: FastifyRequest, limits: BodyLimits): Uint8Array | Promise<Uint8Array> {
  const { body } = request;
  if (body === undefined || body === null) return new Uint8Array();
  if (!(body instanceof Uint8Array)) throw new StrongroomError('MEDIA_TYPE_UNSUPPORTED', 'expected JSON');
  const coding = codingOf(request);
  return coding === undefined ? body : unpacked(body, coding, limits);
}

async function unpacked(
  body: Uint8Array,
  coding: keyof typeof unpackers,
  limits: BodyLimits,
): Promise<Uint8Array> {
  try {
    return await unpackers[coding].whole(body, { maxOutputLength: limits.maxPredictionBytes });
  } catch (cause) {
    throw hasCode(cause, 'ERR_BUFFER_TOO_LARGE')
      ? tooLarge(limits.maxPredictionBytes)
      : broken(coding, cause);
  }
}

/** The body of a request as it arrives, unpacked. Throws as `wholeBody`, also while it is read. */
export function streamedBody(request: FastifyRequest, limits: BodyLimits): AsyncIterable<Uint8Array> {
  const { body } = request;
  if (!(body instanceof Readable))
    throw new StrongroomError('INTERNAL', 'a body that streams was read whole');
  const coding = codingOf(request);
  if (coding === undefined) return body as AsyncIterable<Uint8Array>;
  const unpacked = body.pipe(unpackers[coding].stream()).pipe(counting(limits.maxPredictionStreamBytes));
  return renamed(unpacked, coding);
}

/** A little that becomes endless must end somewhere. */
function counting(maxBytes: number): Transform {
  let count = 0;
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      count += chunk.length;
      if (count > maxBytes) done(tooLarge(maxBytes));
      else done(null, chunk);
    },
  });
}

async function* renamed(bytes: AsyncIterable<Uint8Array>, coding: string): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } catch (cause) {
    throw cause instanceof StrongroomError ? cause : broken(coding, cause);
  }
}

function codingOf(request: FastifyRequest): keyof typeof unpackers | undefined {
  const coding = request.headers['content-encoding']?.trim().toLowerCase();
  if (coding === undefined || coding === '' || coding === 'identity') return undefined;
  if (coding === 'gzip' || coding === 'deflate') return coding;
  throw new StrongroomError('MEDIA_TYPE_UNSUPPORTED', 'the content encoding is neither gzip nor deflate', {
    hint: 'send the body as it is, or with Content-Encoding: gzip',
  });
}

function tooLarge(maxBytes: number): StrongroomError {
  return new StrongroomError(
    'INPUT_TOO_LARGE',
    `the body is larger than ${maxBytes} bytes when it is unpacked`,
  );
}

function broken(coding: string, cause: unknown): StrongroomError {
  return new StrongroomError('REQUEST_MALFORMED', `the body is no ${coding}`, { cause });
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
