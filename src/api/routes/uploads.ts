import { z } from 'zod';
import { parseCompression } from '../compression.ts';
import type { Compression } from '../model.ts';
import { defineStream } from './define-route.ts';
import { aliasName, base64, filePath, id, line, list, modelName, passphrase, table, time } from './fields.ts';
import { direction } from './models.ts';
import { modelPlace } from './places.ts';
import { lineage, version } from './versions.ts';

/** Most files that one version may be made of in one upload. */
const MAX_FILES = 10_000;
/** A signature file is small. */
const MAX_SIGNATURE_BYTES = 1 << 20;

const compression: z.ZodType<Compression, string> = z.codec(
  z.string().regex(/^(?:none|auto|zstd(?::(?:[1-9]|1\d))?)$/),
  z.custom<Compression>((value) => typeof value === 'object'),
  {
    decode: parseCompression,
    encode: ({ algorithm, level }) => (level === undefined ? algorithm : `${algorithm}:${level}`),
  },
);

/** What a version is to have besides its files. */
const details = {
  aliases: list(aliasName, 64).exactOptional(),
  metrics: table(z.number()).exactOptional(),
  metricDirections: table(direction).exactOptional(),
  metadata: table(line(4096)).exactOptional(),
  derivedFrom: lineage.exactOptional(),
  accessCode: passphrase.exactOptional(),
  compression: compression.exactOptional(),
  withSha512: z.boolean().exactOptional(),
  signatures: list(base64(MAX_SIGNATURE_BYTES), 16).exactOptional(),
};

const size = z.int().min(0);

/** The JSON part of a form: details, and the files that follow it where there are several. */
export const uploadForm = z.strictObject({
  ...details,
  files: list(z.strictObject({ path: filePath, size: size.exactOptional() }), MAX_FILES).exactOptional(),
});

/** An upload that can be taken up again after a cut connection, until the server restarts. */
const uploadState = z
  .object({
    id,
    model: modelName,
    /** `receiving` wants bytes, `storing` has them all, `done` has the version, `failed` will not have one. */
    state: z.enum(['receiving', 'storing', 'done', 'failed']),
    /** Bytes that arrived, of all files one after the other in their order. */
    offset: z.int(),
    length: z.int(),
    expiresAt: time,
  })
  .meta({ id: 'Upload' });

const one = z.strictObject({ id });
const OFFSET_MEDIA = ['application/partial-upload', 'application/offset+octet-stream'];
const REFUSALS = ['MANIFEST_INVALID', 'TRUST_REFUSED', 'INPUT_TOO_LARGE', 'STORAGE_FULL'] as const;
const tag = 'Uploads';

/** How files come in: at once, or in pieces that can be taken up again. */
export const UPLOAD_ROUTES = {
  put: defineStream({
    id: 'versions.put',
    method: 'POST',
    path: '/models/{namespace}/{model}/versions',
    summary:
      'Uploads files as the next version of a model: a form, or one file as the body with its path in the query.',
    tag,
    status: 201,
    errors: REFUSALS,
    params: modelPlace,
    query: {
      path: filePath.exactOptional(),
      alias: aliasName.exactOptional(),
    },
    accepts: ['multipart/form-data', 'application/octet-stream'],
    answer: version,
  }),
  create: defineStream({
    id: 'uploads.create',
    method: 'POST',
    path: '/models/{namespace}/{model}/uploads',
    summary:
      'Begins an upload in pieces of the next version of a model, naming its files in their order with their sizes.',
    tag,
    status: 201,
    errors: [...REFUSALS, 'UPLOAD_TOO_MANY'],
    params: modelPlace,
    body: {
      ...details,
      files: z
        .array(z.strictObject({ path: filePath, size }))
        .min(1)
        .max(MAX_FILES)
        .readonly(),
    },
    answer: uploadState,
  }),
  get: defineStream({
    id: 'uploads.get',
    method: 'GET',
    path: '/uploads/{id}',
    summary: 'Tells how far an upload is; HEAD gives the same in the Upload-Offset header.',
    tag,
    errors: ['UPLOAD_MISSING'],
    params: one,
    answer: uploadState,
  }),
  append: defineStream({
    id: 'uploads.append',
    method: 'PATCH',
    path: '/uploads/{id}',
    summary: 'Sends the bytes from the offset that the Upload-Offset header names on, as many as one likes.',
    tag,
    errors: ['UPLOAD_MISSING', 'UPLOAD_OFFSET', 'UPLOAD_BUSY', ...REFUSALS],
    params: one,
    accepts: OFFSET_MEDIA,
    answer: uploadState,
  }),
  finish: defineStream({
    id: 'uploads.finish',
    method: 'POST',
    path: '/uploads/{id}/finish',
    summary: 'Waits for the version that the upload became, or tells why there is none.',
    tag,
    status: 201,
    errors: ['UPLOAD_MISSING', 'UPLOAD_INCOMPLETE', ...REFUSALS],
    params: one,
    answer: version,
  }),
  cancel: defineStream({
    id: 'uploads.cancel',
    method: 'DELETE',
    path: '/uploads/{id}',
    summary: 'Gives an upload up; nothing of it stays.',
    tag,
    errors: ['UPLOAD_MISSING'],
    params: one,
  }),
} as const;
