import { quoteText } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { readSmallFile } from '../storage/index.ts';

/** All public authorities together are a quarter of this. */
const MAX_CA_BYTES = 1 << 20;

/**
 * The certificates (PEM) of a file of authorities that the configuration names. Throws `CONFIG_INVALID` where it holds
 * none or is not there: who named it does not want to do without.
 */
export async function readAuthorities(path: string): Promise<string> {
  const text = new TextDecoder().decode((await readSmallFile(path, MAX_CA_BYTES)) ?? new Uint8Array());
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new StrongroomError('CONFIG_INVALID', `${quoteText(path)} is no file with certificates (PEM)`);
}
