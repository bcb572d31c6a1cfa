import { ZodError } from 'zod';
import { type ErrorCode, type ErrorKind, StrongroomError, toStrongroomError } from '../errors/index.ts';
import { redactText } from '../telemetry/index.ts';

/** Kind of failure → HTTP status. */
const STATUS_OF_KIND = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  missing: 404,
  conflict: 409,
  damaged: 500,
  unsafe: 422,
  limited: 429,
  unavailable: 503,
  internal: 500,
} as const satisfies Record<ErrorKind, number>;

/** Codes for which HTTP has a status of its own. */
const STATUS_OF_CODE: Partial<Record<ErrorCode, number>> = {
  INPUT_TOO_LARGE: 413,
  METHOD_NOT_ALLOWED: 405,
  MEDIA_TYPE_UNSUPPORTED: 415,
  PRECONDITION_FAILED: 412,
  RANGE_UNSATISFIABLE: 416,
  IDEMPOTENCY_MISMATCH: 422,
  REQUEST_TOO_SLOW: 408,
  HEADERS_TOO_LARGE: 431,
  STORAGE_FULL: 507,
  // What is malformed came with the request; other damage is of what is stored.
  SIGNATURE_MALFORMED: 422,
  CERTIFICATE_MALFORMED: 422,
};

const TITLE_OF_KIND = {
  invalid: 'The request is wrong',
  unauthenticated: 'Not logged in',
  forbidden: 'Not allowed',
  missing: 'Not there',
  conflict: 'It conflicts with what is there',
  damaged: 'What is stored is damaged',
  unsafe: 'The content is dangerous',
  limited: 'A limit was reached',
  unavailable: 'Not possible right now',
  internal: 'A fault of the server',
} as const satisfies Record<ErrorKind, string>;

/** One field that is wrong, and where: a JSON pointer into the body, or the name of a parameter. */
export interface FieldProblem {
  readonly pointer: string;
  readonly message: string;
}

/** An error as HTTP shows it (RFC 9457). */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: ErrorCode;
  readonly hint: string;
  readonly requestId: string;
  readonly errors?: readonly FieldProblem[];
}

/** Most fields that one answer names. */
const MAX_FIELDS = 20;

/** The status for an error. */
export function statusOf(error: StrongroomError): number {
  return STATUS_OF_CODE[error.code] ?? STATUS_OF_KIND[error.kind];
}

/** Whatever was thrown, as it may be shown. Nothing of what is unknown comes out. */
export function toProblem(thrown: unknown, requestId: string): Problem {
  const error = toHttpError(thrown);
  const status = statusOf(error);
  const fields = thrown instanceof ZodError ? fieldsOf(thrown) : undefined;
  return {
    type: `urn:strongroom:error:${error.code.toLowerCase().replaceAll('_', '-')}`,
    title: TITLE_OF_KIND[error.kind],
    status,
    // What a client sent may stand in a message; it goes into the logs of others from here.
    detail: redactText(error.message),
    instance: `urn:strongroom:request:${requestId}`,
    code: error.code,
    hint: error.code === 'INTERNAL' ? 'give the request id to whoever runs the server' : error.hint,
    requestId,
    ...(fields && { errors: fields }),
  };
}

/** The error behind whatever was thrown: ours, the framework's in our words, or `INTERNAL`. */
export function toHttpError(thrown: unknown): StrongroomError {
  if (thrown instanceof StrongroomError) return thrown;
  if (thrown instanceof ZodError) return ofSchema(thrown);
  return ofFramework(thrown) ?? toStrongroomError(thrown);
}

function ofSchema(error: ZodError): StrongroomError {
  const first = fieldsOf(error)[0];
  const more = error.issues.length > 1 ? ` (and ${error.issues.length - 1} more)` : '';
  const what =
    first === undefined
      ? 'a value is wrong'
      : `${first.pointer === '' ? '' : `${first.pointer}: `}${first.message}${more}`;
  return new StrongroomError('INPUT_INVALID', what);
}

function fieldsOf(error: ZodError): readonly FieldProblem[] {
  return error.issues.slice(0, MAX_FIELDS).map(({ path, message }) => ({
    pointer: path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
    message: redactText(message.slice(0, 200)),
  }));
}

/** Fastify's and Node's codes that are the client's doing. */
const FRAMEWORK_CODES: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'MEDIA_TYPE_UNSUPPORTED',
    'the content type is not one that is taken here',
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['REQUEST_MALFORMED', 'the body is not as long as its header says'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['REQUEST_MALFORMED', 'the body is empty, and JSON was expected'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['INPUT_TOO_LARGE', 'the body is larger than is taken here'],
  FST_ERR_BAD_URL: ['REQUEST_MALFORMED', 'the address is not well-formed'],
  FST_ERR_MAX_PARAM_LENGTH: ['REQUEST_MALFORMED', 'a part of the address is too long'],
  FST_ERR_NOT_FOUND: ['ROUTE_MISSING', 'there is nothing at this address'],
  FST_UNDER_PRESSURE: ['SERVER_BUSY', 'the server has more to do than it can'],
  FST_REQ_FILE_TOO_LARGE: ['INPUT_TOO_LARGE', 'a part of the form is larger than is taken here'],
  FST_PARTS_LIMIT: ['INPUT_TOO_LARGE', 'the form has too many parts'],
  FST_FILES_LIMIT: ['INPUT_TOO_LARGE', 'the form has too many files'],
  FST_FIELDS_LIMIT: ['INPUT_TOO_LARGE', 'the form has too many fields'],
  FST_INVALID_MULTIPART_CONTENT_TYPE: ['MEDIA_TYPE_UNSUPPORTED', 'expected multipart/form-data'],
  FST_PROTO_VIOLATION: ['REQUEST_MALFORMED', 'a field has a name that is not taken'],
};

function ofFramework(thrown: unknown): StrongroomError | undefined {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const known = FRAMEWORK_CODES[code];
  if (known !== undefined) return new StrongroomError(known[0], known[1], { cause: thrown });
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ABORT_ERR')
    return new StrongroomError('ABORTED', 'the connection ended before the work did', { cause: thrown });
  return undefined;
}
