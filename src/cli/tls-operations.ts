/** What a certificate is for, and what it says. */
export type CertificateWish =
  | { readonly kind: 'server'; readonly names: readonly string[]; readonly days?: number }
  | { readonly kind: 'client' | 'authority'; readonly name: string; readonly days?: number };

/** Where a certificate and its key stand. */
export interface CertificateFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** A certificate that was written beside its key. */
export interface WrittenCertificate extends CertificateFiles {
  /** SHA-256 over its DER, lower-case hex: what people compare. */
  readonly fingerprint: string;
  /** ISO 8601. */
  readonly validUntil: string;
}

/** Certificates for TLS. */
export interface TlsOperations {
  /**
   * Makes a key and a certificate for it, signed by the authority where one is named; replaces nothing. Throws
   * `INPUT_INVALID` for names and days that cannot be, `CERTIFICATE_MALFORMED`, and what reading and writing throws.
   */
  makeCertificate(
    input: CertificateFiles & { readonly wish: CertificateWish; readonly authority?: CertificateFiles },
  ): Promise<WrittenCertificate>;
}
