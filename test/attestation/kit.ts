import { createHash } from 'node:crypto';
import type { AttestedFile } from '../../src/attestation/index.ts';

/** A file with this content, by its digest. */
export function attested(path: string, content: string): AttestedFile {
  const bytes = Buffer.from(content);
  return { path, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}
