import { type FileInput, type PutVersionInput, ROUTES, uploadForm, type Version } from '../api/index.ts';
import { toBase64Url, utf8Bytes } from '../bytes/index.ts';
import { randomBytes } from '../crypto/index.ts';
import { decoded, encodedBody, written } from './calls.ts';
import { readDocument, requestOf, type Wire } from './wire.ts';

/** Uploads files as one form (RFC 7578), which needs no sizes. A cut connection ends it. */
export async function putForm(wire: Wire, input: PutVersionInput): Promise<Version> {
  const route = ROUTES.uploads.put;
  const { onProgress, signal, files, model, ...details } = input;
  const boundary = `strongroom-${toBase64Url(randomBytes(24))}`;
  const listed = files.map(({ path, size }) => ({ path, ...(size !== undefined && { size }) }));
  const fields = encodedBody(uploadForm, { ...details, files: listed });
  const request = requestOf(route.words, written(route, { model }), signal);
  return await wire.ask(
    {
      ...request,
      headers: { ...request.headers, 'content-type': `multipart/form-data; boundary=${boundary}` },
      body: formBody(boundary, { fields, files, ...(onProgress && { onProgress }) }),
      repeat: 'unsent',
    },
    async (answer) => decoded(route, await readDocument(answer)),
  );
}

interface Form extends Pick<PutVersionInput, 'files' | 'onProgress'> {
  readonly fields: unknown;
}

async function* formBody(boundary: string, { fields, files, onProgress }: Form): AsyncGenerator<Uint8Array> {
  yield head(boundary, 'name="version"', 'application/json');
  yield utf8Bytes(JSON.stringify(fields));
  let done = 0;
  for (const [at, file] of files.entries()) {
    yield utf8Bytes('\r\n');
    yield head(boundary, `name="file"; filename="${at}"`, 'application/octet-stream');
    for await (const chunk of contentOf(file)) {
      yield chunk;
      done += chunk.length;
      onProgress?.({ phase: 'uploading', done, unit: 'bytes' });
    }
  }
  yield utf8Bytes(`\r\n--${boundary}--\r\n`);
}

function contentOf(file: FileInput): AsyncIterable<Uint8Array> {
  return file.open();
}

function head(boundary: string, disposition: string, type: string): Uint8Array {
  return utf8Bytes(
    `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\nContent-Type: ${type}\r\n\r\n`,
  );
}
