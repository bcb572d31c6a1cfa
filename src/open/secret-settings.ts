import { quoteForMessage } from '../api/index.ts';
import type { SecretBytes } from '../bytes/index.ts';
import { type Config, type ConfigSources, listSecretSettings, type SecretSetting } from '../config.ts';
import { StrongroomError, toStrongroomError } from '../errors/index.ts';
import {
  describeSecretSource,
  editToml,
  readSecret,
  type SecretReading,
  type SettingKeys,
} from '../settings/index.ts';
import { OutputFile, readSmallFile } from '../storage/index.ts';
import { configFile } from './home-layout.ts';

/** Beyond this a configuration is none. */
const MAX_CONFIG_BYTES = 256 * 1024;

/** A secret setting as it is listed: where it comes from, and whether it can be had. */
export interface SecretState {
  readonly name: string;
  /** `env:NAME`, `file:PATH`, `sealed`, or `none` where it is not set. */
  readonly source: string;
  readonly isReadable: boolean;
  /** Why it cannot be read. */
  readonly problem?: { readonly code: string; readonly message: string };
}

/** What the secrets of a home's configuration are read with. */
export function secretReading(home: string, env: ConfigSources['env'], keys: SettingKeys): SecretReading {
  return { env, folder: home, keys };
}

/** Every secret setting of the configuration, each tried. */
export async function secretStates(config: Config, by: SecretReading): Promise<readonly SecretState[]> {
  return await Promise.all(listSecretSettings(config).map((setting) => stateOf(setting, by)));
}

async function stateOf({ name, source }: SecretSetting, by: SecretReading): Promise<SecretState> {
  if (source === undefined) return { name, source: 'none', isReadable: false };
  const shown = { name, source: describeSecretSource(source) };
  try {
    (await readSecret(name, source, by)).wipe();
    return { ...shown, isReadable: true };
  } catch (error) {
    const { code, message } = toStrongroomError(error);
    return { ...shown, isReadable: false, problem: { code, message } };
  }
}

/** The secret of a setting; `undefined` where it is not set. Throws `SETTING_UNKNOWN`, and as `readSecret`. */
export async function secretOf(
  config: Config,
  name: string,
  by: SecretReading,
): Promise<SecretBytes | undefined> {
  const { source } = secretSetting(config, name);
  return source && (await readSecret(name, source, by));
}

/** The secret setting of a name. Throws `SETTING_UNKNOWN`. */
export function secretSetting(config: Config, name: string): SecretSetting {
  const known = listSecretSettings(config);
  const found = known.find((setting) => setting.name === name);
  if (found !== undefined) return found;
  const names = known.map((setting) => setting.name).join(', ');
  throw new StrongroomError('SETTING_UNKNOWN', `${quoteForMessage(name)} is no secret setting`, {
    hint:
      names === ''
        ? 'the configuration has no setting yet that is secret; name a provider under [[oidc]] first'
        : `these are: ${names}`,
  });
}

/**
 * Puts the source of a secret into the configuration file of a home, or takes it out, leaving everything else of the
 * file as it stands. Throws `SETTING_UNPLACED` where that is not possible.
 */
export async function writeSecretSetting(
  home: string,
  { name, place }: SecretSetting,
  value: string | undefined,
): Promise<void> {
  const path = configFile(home);
  const bytes = (await readSmallFile(path, MAX_CONFIG_BYTES)) ?? new Uint8Array();
  const edited = editToml(new TextDecoder('utf-8', { fatal: true }).decode(bytes), place, value);
  if (edited === undefined)
    throw new StrongroomError('SETTING_UNPLACED', `no place for ${name} was found in the configuration file`);
  await using file = await OutputFile.create(path, { overwrite: true });
  await file.write(new TextEncoder().encode(edited));
  await file.commit();
}
