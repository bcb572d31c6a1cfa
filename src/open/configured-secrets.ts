import { Passphrase, utf8Text } from '../bytes/index.ts';
import type { Config } from '../config.ts';
import { StrongroomError } from '../errors/index.ts';
import { parseRootKey, type UnsealMaterial } from '../keyring/index.ts';
import { readSecretFile } from '../storage/index.ts';
import { defaultRootKeyFile, MAX_SECRET_FILE_BYTES } from './home-layout.ts';

/**
 * The secrets that the configuration points to, or the key file inside the home. Throws `HOME_EXPOSED` for a file
 * that others than its owner can get at, `STORAGE_MISSING` for one that is named and not there.
 */
export async function configuredSecrets(home: string, config: Config): Promise<readonly UnsealMaterial[]> {
  const { key_file: keyFile, passphrase_file: passphraseFile } = config.root;
  const material: UnsealMaterial[] = [];
  const key = await readSecret(keyFile ?? defaultRootKeyFile(home));
  if (key !== undefined) material.push({ kind: 'key', key: parseRootKey(key) });
  else if (keyFile !== undefined)
    throw new StrongroomError('STORAGE_MISSING', `there is no root key at ${keyFile}`);
  if (passphraseFile === undefined) return material;
  const passphrase = await readSecret(passphraseFile);
  const text = passphrase && utf8Text(passphrase);
  if (text === undefined)
    throw new StrongroomError('STORAGE_MISSING', `there is no passphrase at ${passphraseFile}`);
  return [...material, { kind: 'passphrase', passphrase: Passphrase.fromText(text.replace(/\r?\n$/, '')) }];
}

async function readSecret(path: string): Promise<Uint8Array | undefined> {
  return await readSecretFile(path, MAX_SECRET_FILE_BYTES);
}
