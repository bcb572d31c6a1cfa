import { isStrongroomError, StrongroomError } from '../errors/index.ts';

/** What OpenSSL says of a chain that does not end at somebody trusted, or is not valid now. */
const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_REJECTED',
  'CERT_UNTRUSTED',
  'CERT_CHAIN_TOO_LONG',
  'CERT_SIGNATURE_FAILURE',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'CA_MD_TOO_WEAK',
  'EE_KEY_TOO_SMALL',
]);

/** Failures before there is an answer, in our words. Ours stay as they are. */
export function connectError(cause: unknown, host: string): StrongroomError {
  if (isStrongroomError(cause)) return cause;
  const code = codeOf(cause);
  if (code === 'ENOTFOUND' || code === 'ENODATA') {
    return new StrongroomError('NETWORK_NAME_UNKNOWN', `no address is known for ${host}`, { cause });
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return new StrongroomError('NETWORK_TLS_NAME', `the certificate shown is not one of ${host}`, { cause });
  }
  if (UNTRUSTED.has(code)) {
    return new StrongroomError(
      'NETWORK_TLS_UNTRUSTED',
      `the certificate of ${host} is not trusted (${code})`,
      {
        cause,
      },
    );
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS')) {
    return new StrongroomError('NETWORK_TLS_FAILED', `no TLS connection with ${host} came about`, { cause });
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new StrongroomError('NETWORK_HEADERS_TOO_LARGE', `${host} sent too many headers`, { cause });
  }
  if (code.startsWith('HPE_') || code === 'ERR_INVALID_CHAR') {
    return new StrongroomError('NETWORK_ANSWER_UNEXPECTED', `${host} does not speak http properly`, {
      cause,
    });
  }
  return new StrongroomError(
    'NETWORK_UNREACHABLE',
    `${host} cannot be reached${code === '' ? '' : ` (${code})`}`,
    {
      cause,
    },
  );
}

/** Failures in the middle of a body: the connection ended before the body did, or what came is not http. */
export function bodyError(cause: unknown, host: string): StrongroomError {
  if (isStrongroomError(cause)) return cause;
  if (codeOf(cause).startsWith('HPE_')) return connectError(cause, host);
  return new StrongroomError('NETWORK_CUT', `the connection to ${host} was cut`, { cause });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
