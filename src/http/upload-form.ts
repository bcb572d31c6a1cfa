import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import {
  type FileInput,
  type PutVersionInput,
  parseFilePath,
  ROUTES,
  uploadForm,
  type Version,
} from '../api/index.ts';
import { collectBytes } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { bodyBytes } from './body-bytes.ts';
import type { ServerDeps } from './ports.ts';
import { readJson } from './read-json.ts';
import { apiOf, rawRequest, signalOf } from './route-request.ts';

const MAX_FORM_BYTES = 1 << 20;
/** Fields of a form beside its files: only `version`. */
const FORM_FIELD = 'version';

type Details = Omit<PutVersionInput, 'model' | 'files'>;

/** Takes the files of a new version at once: a form, or one file as the body. */
export async function putVersion(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: ServerDeps,
): Promise<Version> {
  const route = ROUTES.uploads.put;
  const { model, path, alias } = route.read({ ...rawRequest(route, request), body: undefined });
  const api = apiOf(request, deps);
  const signal = signalOf(reply);
  if (!request.isMultipart()) {
    if (path === undefined) {
      throw new StrongroomError('INPUT_INVALID', 'the query names no path for the file');
    }
    const { body } = request;
    if (!(body instanceof Readable)) throw new StrongroomError('INPUT_INVALID', 'the request has no body');
    const size = Number(request.headers['content-length'] ?? Number.NaN);
    const file: FileInput = {
      path,
      ...(Number.isSafeInteger(size) ? { size } : {}),
      open: () => bodyBytes(body),
    };
    return await api.versions.put({ model, files: [file], ...(alias && { aliases: [alias] }), signal });
  }
  if (path !== undefined || alias !== undefined) {
    throw new StrongroomError('INPUT_INVALID', 'a form names paths and aliases in its field version');
  }
  const { details, files } = await readForm(request);
  return await api.versions.put({ model, ...details, files, signal });
}

/**
 * A form (RFC 7578): the field `version` with the details as JSON, if any, then the files. Several files are announced in
 * the details, because nothing of them is held back until the last has come.
 */
async function readForm(
  request: FastifyRequest,
): Promise<{ readonly details: Details; readonly files: readonly FileInput[] }> {
  const parts = formParts(request);
  let part = await parts.next();
  let announced: z.output<typeof uploadForm> = {};
  if (part?.name === FORM_FIELD) {
    announced = z.parse(uploadForm, readJson(await collectBytes(part.bytes, MAX_FORM_BYTES)));
    part = await parts.next();
  }
  if (part === undefined) throw new StrongroomError('INPUT_INVALID', 'the form has no file');
  const { files: named, ...details } = announced;
  const first = part;
  if (named === undefined) {
    const path = parseFilePath(first.fileName ?? '');
    return { details, files: [{ path, open: () => only(first, parts) }] };
  }
  let upcoming: FormPart | undefined = first;
  const files = named.map(
    ({ path, size }, at): FileInput => ({
      path,
      ...(size === undefined ? {} : { size }),
      async *open() {
        const own = upcoming ?? (await parts.next());
        upcoming = undefined;
        if (own === undefined)
          throw new StrongroomError('INPUT_INVALID', `the form ended before its file ${path}`);
        yield* own.bytes;
        if (at === named.length - 1) await assertEnd(parts);
      },
    }),
  );
  return { details, files };
}

interface FormPart {
  readonly name: string;
  readonly fileName: string | undefined;
  readonly bytes: AsyncIterable<Uint8Array>;
}

interface FormParts {
  next(): Promise<FormPart | undefined>;
}

function formParts(request: FastifyRequest): FormParts {
  const parts = request.parts();
  return {
    next: async () => {
      const next = await parts.next();
      if (next.done === true) return undefined;
      const { value } = next;
      if (value.type === 'file')
        return { name: value.fieldname, fileName: value.filename, bytes: value.file };
      const text = typeof value.value === 'string' ? value.value : '';
      return { name: value.fieldname, fileName: undefined, bytes: bytesOf(text) };
    },
  };
}

// eslint-disable-next-line @typescript-eslint/require-await -- a stream by its type, ready by its nature
async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

async function* only(part: FormPart, parts: FormParts): AsyncGenerator<Uint8Array> {
  yield* part.bytes;
  await assertEnd(parts);
}

async function assertEnd(parts: FormParts): Promise<void> {
  if ((await parts.next()) === undefined) return;
  throw new StrongroomError('INPUT_INVALID', 'the form has more files than its field version announces');
}
