import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import type { ServerAddress } from './server-address.ts';

/** What OpenSSL says of a certificate that does not end at somebody trusted, or is not valid now. */
const CERTIFICATE_CODE = /CERT|_CA$|CRL|ISSUER|VERIFY|UNTRUSTED|PATH_LENGTH|KEY_TOO_SMALL|INVALID_PURPOSE/;

/** Failures before there is an answer, in our words. Ours stay as they are. */
export function connectError(cause: unknown, { origin, host }: ServerAddress): StrongroomError {
  if (isStrongroomError(cause)) return cause;
  const code = codeOf(cause);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'ENODATA') {
    return new StrongroomError('NETWORK_NAME_UNKNOWN', `no address is known for ${host}`, { cause });
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return new StrongroomError('NETWORK_TLS_NAME', `the certificate shown is not one of ${host}`, {
      cause,
      hint: 'use the name that the certificate was made for, or have it made for this one too',
    });
  }
  if (CERTIFICATE_CODE.test(code)) {
    return new StrongroomError(
      'NETWORK_TLS_UNTRUSTED',
      `the certificate of ${origin} is not trusted (${code})`,
      {
        cause,
        hint: 'strongroom login shows its fingerprint and asks; --ca-file names an authority of your own, --pin a certificate',
      },
    );
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS')) {
    return new StrongroomError('NETWORK_TLS_FAILED', `no TLS connection with ${origin} came about`, {
      cause,
    });
  }
  return new StrongroomError(
    'NETWORK_UNREACHABLE',
    `${origin} cannot be reached${code === '' ? '' : ` (${code})`}`,
    { cause, hint: 'check the address, and that the server runs: strongroom serve' },
  );
}

/** Failures while a request or an answer was on its way. Ours stay as they are. */
export function cutError(cause: unknown, { origin }: ServerAddress): StrongroomError {
  if (isStrongroomError(cause)) return cause;
  if (codeOf(cause).startsWith('HPE_')) {
    return new StrongroomError('NETWORK_ANSWER_UNEXPECTED', `${origin} does not speak http properly`, {
      cause,
    });
  }
  return new StrongroomError('NETWORK_CUT', `the connection to ${origin} was cut`, {
    cause,
    hint: 'check the network, then run it again',
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
