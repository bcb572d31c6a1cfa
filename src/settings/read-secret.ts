import { resolve } from 'node:path';
import { SecretBytes, utf8Bytes, utf8Text } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { readSecretFile } from '../storage/index.ts';
import { MAX_SETTING_BYTES, openSetting, type SettingKeys } from './seal-setting.ts';
import type { SecretSource } from './secret-source.ts';

/** What secrets of the configuration are read with. */
export interface SecretReading {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder that relative paths begin at: the home. */
  readonly folder: string;
  readonly keys: SettingKeys;
}

/**
 * The secret of a setting, without one trailing line feed. Throws `SETTING_MISSING` for a variable or file that is not
 * there or empty, `SETTING_REFUSED` as `openSetting`, `HOME_EXPOSED` for a file that others may read, and the
 * `STORAGE_…` errors. No message holds anything of the secret.
 */
export async function readSecret(
  setting: string,
  source: SecretSource,
  by: SecretReading,
): Promise<SecretBytes> {
  switch (source.kind) {
    case 'env':
      return lineOf(setting, by.env[source.name], `the variable ${source.name}`);
    case 'file':
      return await fromFile(setting, source.path, by);
    case 'sealed':
      return openSetting(by.keys, setting, source.box);
  }
}

async function fromFile(setting: string, path: string, by: SecretReading): Promise<SecretBytes> {
  const bytes = await readSecretFile(resolve(by.folder, path), MAX_SETTING_BYTES);
  const text = bytes && utf8Text(bytes);
  bytes?.fill(0);
  return lineOf(setting, text, `the file ${path}`);
}

function lineOf(setting: string, text: string | undefined, where: string): SecretBytes {
  const line = text?.replace(/\r?\n$/, '') ?? '';
  if (line !== '') return SecretBytes.take(utf8Bytes(line));
  throw new StrongroomError('SETTING_MISSING', `${setting} is to come from ${where}, which holds none`);
}
