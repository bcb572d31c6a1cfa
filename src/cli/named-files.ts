import { StrongroomError } from '../errors/index.ts';
import { readSmallFile } from '../storage/index.ts';
import { escapeText } from './terminal.ts';

/** All public authorities together are a quarter of this. */
const MAX_CA_BYTES = 1 << 20;

/** The whole of a small file that somebody named. Throws `STORAGE_MISSING`, and what `readSmallFile` throws. */
export async function readNamedFile(path: string, maxBytes: number): Promise<Uint8Array> {
  const bytes = await readSmallFile(path, maxBytes);
  if (bytes !== undefined) return bytes;
  throw new StrongroomError('STORAGE_MISSING', `there is no file ${escapeText(path)}`);
}

/** Certificates (PEM) of authorities to trust. Throws as `readNamedFile`, and `INPUT_INVALID` for a file without any. */
export async function readAuthorities(path: string): Promise<string> {
  const text = new TextDecoder().decode(await readNamedFile(path, MAX_CA_BYTES));
  // Node ignores what is no certificate, and then everything would be untrusted without a word on why.
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new StrongroomError('INPUT_INVALID', `no certificate in ${escapeText(path)}`, {
    hint: 'the file holds certificates as PEM: -----BEGIN CERTIFICATE-----',
  });
}
