import type { ErrorEntry } from '../kinds.ts';

export const HTTP_ERRORS = {
  REQUEST_MALFORMED: { kind: 'invalid', hint: 'correct the request as the message says' },
  ROUTE_MISSING: { kind: 'missing', hint: 'see the addresses in /api/v1/openapi.json' },
  METHOD_NOT_ALLOWED: { kind: 'invalid', hint: 'use a method that the Allow header names' },
  MEDIA_TYPE_UNSUPPORTED: { kind: 'invalid', hint: 'send the media type that the message names' },
  PRECONDITION_FAILED: { kind: 'conflict', hint: 'it changed since you read it; read it again' },
  RANGE_UNSATISFIABLE: { kind: 'invalid', hint: 'ask for bytes that the file has' },
  CREDENTIALS_MISSING: {
    kind: 'unauthenticated',
    hint: 'send Authorization: Bearer TOKEN; strongroom login gets one',
  },
  CREDENTIALS_AMBIGUOUS: {
    kind: 'invalid',
    hint: 'send a bearer token or a session cookie, not both, and only once',
  },
  CROSS_SITE_REFUSED: {
    kind: 'forbidden',
    hint: 'a session cookie works only from pages of the server itself; programs use a bearer token',
  },
  IDEMPOTENCY_IN_FLIGHT: {
    kind: 'conflict',
    hint: 'the first request with this key is still running; wait, then send it again',
  },
  IDEMPOTENCY_MISMATCH: {
    kind: 'invalid',
    hint: 'the key was used for another request; a new request needs a new key',
  },
  IDEMPOTENCY_SECRET: {
    kind: 'conflict',
    hint: 'it was done, and its answer held a secret that is shown once; look at what there is, or make another',
  },
  REQUEST_TOO_SLOW: { kind: 'limited', hint: 'send faster; an upload in pieces can be taken up again' },
  HEADERS_TOO_LARGE: { kind: 'limited', hint: 'send fewer or shorter header fields' },
  SERVER_BUSY: { kind: 'unavailable', hint: 'the server has more to do than it can; try again later' },
  FILE_MISSING: { kind: 'missing', hint: 'the version lists its files' },
  UPLOAD_MISSING: { kind: 'missing', hint: 'it ended, or the server restarted; begin the upload anew' },
  UPLOAD_OFFSET: { kind: 'conflict', hint: 'go on at the offset that a HEAD request tells' },
  UPLOAD_BUSY: {
    kind: 'conflict',
    hint: 'another request is sending bytes of this upload; wait for its end',
  },
  UPLOAD_INCOMPLETE: { kind: 'conflict', hint: 'send the missing bytes first' },
  UPLOAD_TOO_MANY: { kind: 'limited', hint: 'finish or cancel an upload first' },
  TLS_INVALID: {
    kind: 'invalid',
    hint: 'name a certificate and its own key in tls.certificate_file and tls.key_file; strongroom tls generate makes both',
  },
  SERVER_ADDRESS: {
    kind: 'unavailable',
    hint: 'another process has the address, or it is not of this machine; choose another with server.listen',
  },
} as const satisfies Record<string, ErrorEntry>;
