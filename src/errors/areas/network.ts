import type { ErrorEntry } from '../kinds.ts';

export const NETWORK_ERRORS = {
  NETWORK_URL_REFUSED: {
    kind: 'invalid',
    hint: 'use a plain https address: no user name or password in it, no oddly written host',
  },
  NETWORK_HOST_NOT_ALLOWED: {
    kind: 'forbidden',
    hint: 'if you trust that host, name it with --allow-host or in download.allowed_hosts',
  },
  NETWORK_ADDRESS_REFUSED: {
    kind: 'unsafe',
    hint: 'the name leads into a private or special network; if that is meant, name the network with --allow-network',
  },
  NETWORK_REDIRECT_REFUSED: {
    kind: 'unsafe',
    hint: 'ask the publisher for the final address, and use that',
  },
  NETWORK_NAME_UNKNOWN: { kind: 'unavailable', hint: 'check the spelling of the host, and the name server' },
  NETWORK_UNREACHABLE: { kind: 'unavailable', hint: 'check the network, then run it again' },
  NETWORK_TIMEOUT: {
    kind: 'unavailable',
    hint: 'run it again later, or allow more time: download.timeout_seconds',
  },
  NETWORK_TLS_UNTRUSTED: {
    kind: 'unsafe',
    hint: 'name the certificate of your own authority with --ca-file; verification cannot be switched off',
  },
  NETWORK_TLS_NAME: {
    kind: 'unsafe',
    hint: 'the certificate is of another host; use the name that it was made for',
  },
  NETWORK_TLS_FAILED: { kind: 'unavailable', hint: 'the host must speak TLS 1.2 or newer on that port' },
  NETWORK_PROXY_REFUSED: {
    kind: 'unavailable',
    hint: 'ask whoever runs the proxy to allow the host and its port',
  },
  NETWORK_NOT_FOUND: { kind: 'missing', hint: 'check the address' },
  NETWORK_ACCESS_REFUSED: {
    kind: 'forbidden',
    hint: 'the host wants a token that may read the file; name it with --token-file',
  },
  NETWORK_BUSY: {
    kind: 'unavailable',
    hint: 'the host is overloaded or limits requests; run it again later',
  },
  NETWORK_ANSWER_UNEXPECTED: {
    kind: 'unavailable',
    hint: 'open the address in a browser and see what it says',
  },
  NETWORK_HEADERS_TOO_LARGE: {
    kind: 'limited',
    hint: 'no ordinary host sends so many headers; use another one',
  },
  NETWORK_ENCODED: {
    kind: 'unavailable',
    hint: 'the digest is of the file as it is; use an address that does not compress it on the way',
  },
  NETWORK_TOO_LARGE: {
    kind: 'limited',
    hint: 'raise --max-bytes or download.max_bytes if the size is right',
  },
  NETWORK_TOO_SLOW: { kind: 'limited', hint: 'use a nearer host, or lower download.min_bytes_per_second' },
  NETWORK_STALLED: { kind: 'unavailable', hint: 'run it again later; nothing was stored' },
  NETWORK_CUT: { kind: 'unavailable', hint: 'run it again; nothing was stored' },
  NETWORK_CHANGED: {
    kind: 'conflict',
    hint: 'the file changed on the host during the download; check the digest with its publisher, then run it again',
  },
  NETWORK_SIZE_MISMATCH: {
    kind: 'damaged',
    hint: 'nothing was stored; check the size with the publisher',
  },
  NETWORK_DIGEST_MISMATCH: {
    kind: 'damaged',
    hint: 'nothing was stored; check the digest with the publisher before you try another host',
  },
} as const satisfies Record<string, ErrorEntry>;
