import { z } from 'zod';
import type { PrincipalId } from '../api/index.ts';
import { randomId } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { DocumentCollection, type DocumentDeps, type StoredDocument } from './document-collection.ts';

const FINGERPRINT = /^[0-9a-f]{64}$/;

const certificateSchema = z.strictObject({
  principal: z.custom<PrincipalId>((id) => typeof id === 'string'),
  /** SHA-256 of the certificate (DER), lower-case hex. */
  fingerprint: z.string().regex(FINGERPRINT),
  securityVersion: z.int(),
  createdAt: z.string(),
  createdBy: z.string(),
  expiresAt: z.string(),
});
type CertificateContent = z.infer<typeof certificateSchema>;
/** A certificate that stands for a service account. */
export type StoredCertificate = StoredDocument<CertificateContent>;

/**
 * Client certificates that stand for service accounts, each by its own fingerprint: whom an authority gives a
 * certificate next is not decided by that authority alone.
 */
export class ClientCertificates {
  readonly #collection: DocumentCollection<CertificateContent>;
  readonly #now: () => Date;

  constructor(deps: DocumentDeps & { readonly now: () => Date }) {
    this.#now = deps.now;
    this.#collection = new DocumentCollection(deps, {
      name: 'client-certificates',
      schema: certificateSchema,
      index: ({ principal, fingerprint, expiresAt }) => ({
        owner: principal,
        lookup: fingerprint,
        expiresAt,
      }),
    });
  }

  /** Throws `STORAGE_CONFLICT` when the certificate stands for somebody already, `TOKEN_INVALID` for no fingerprint. */
  async bind(input: Omit<CertificateContent, 'createdAt'>): Promise<StoredCertificate> {
    if (!FINGERPRINT.test(input.fingerprint))
      throw new StrongroomError('TOKEN_INVALID', 'a fingerprint is 64 digits of lower-case hexadecimal');
    const content = { ...input, createdAt: this.#now().toISOString() };
    const id = randomId();
    await this.#collection.insert(id, content);
    return { id, generation: 1, content };
  }

  async findByFingerprint(fingerprint: string): Promise<StoredCertificate | undefined> {
    return FINGERPRINT.test(fingerprint) ? await this.#collection.findByLookup(fingerprint) : undefined;
  }

  async has(id: string): Promise<boolean> {
    return (await this.#collection.find(id)) !== undefined;
  }

  async list(principal?: string): Promise<readonly StoredCertificate[]> {
    return await this.#collection.list(principal);
  }

  async remove(id: string): Promise<void> {
    await this.#collection.remove(id);
  }
}
