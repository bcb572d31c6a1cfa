import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { type SecretBytes, utf8Text } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';

/** Certificate and key of the server, and what it asks of clients. */
export interface TlsMaterial {
  /** Its own certificate first, then those in between. */
  readonly certificatePem: string;
  readonly keyPem: SecretBytes;
  /** Authorities of client certificates; absent: clients are not asked for one. */
  readonly clientAuthorityPem?: string;
}

/** The oldest version of TLS that is spoken. */
export type OldestTls = '1.2' | '1.3';

/** Mozilla's intermediate list, guideline 6.0: forward secrecy and AEAD only. */
const TLS12_CIPHERS = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
];
const TLS13_CIPHERS = ['TLS_AES_256_GCM_SHA384', 'TLS_AES_128_GCM_SHA256', 'TLS_CHACHA20_POLY1305_SHA256'];
const CURVES = ['X25519MLKEM768', 'X25519', 'prime256v1', 'secp384r1'];

/**
 * Options of the TLS server. Throws `TLS_INVALID` for a certificate and key that cannot be used, or not together.
 */
export function tlsContext(material: TlsMaterial, oldest: OldestTls): SecureContextOptions {
  const options: SecureContextOptions = {
    cert: material.certificatePem,
    key: utf8Text(material.keyPem.expose()) ?? '',
    minVersion: oldest === '1.3' ? 'TLSv1.3' : 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ciphers: [...TLS13_CIPHERS, ...(oldest === '1.2' ? TLS12_CIPHERS : [])].join(':'),
    ecdhCurve: CURVES.join(':'),
    ...(material.clientAuthorityPem === undefined ? {} : { ca: material.clientAuthorityPem }),
  };
  if (isUsable(options)) return options;
  // An OpenSSL that does not know the hybrid exchange refuses the whole list.
  const classical = { ...options, ecdhCurve: CURVES.slice(1).join(':') };
  assertUsable(classical);
  return classical;
}

function isUsable(options: SecureContextOptions): boolean {
  try {
    createSecureContext(options);
    return true;
  } catch {
    return false;
  }
}

function assertUsable(options: SecureContextOptions): void {
  try {
    createSecureContext(options);
  } catch (cause) {
    throw new StrongroomError(
      'TLS_INVALID',
      'certificate and key cannot be used, or do not belong together',
      {
        cause,
      },
    );
  }
}
