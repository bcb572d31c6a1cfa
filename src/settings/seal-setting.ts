import { formatCanonicalJson, fromBase64Url, SecretBytes, toBase64Url, utf8Bytes } from '../bytes/index.ts';
import { unwrapSecret, wrapSecret } from '../container/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { SEALED_PREFIX } from './secret-source.ts';

/** What seals settings: the keyring of the home. Its derived keys outlive every rotation and every new root key. */
export interface SettingKeys {
  /** Id of the strongroom. */
  readonly vault: string;
  deriveKey(label: string): SecretBytes;
}

/** A secret of the configuration is a line, not a file; in bytes. */
export const MAX_SETTING_BYTES = 64 * 1024;
const KEY_LABEL = 'sealed settings';

/**
 * A secret as `sealed:…`, to stand in the configuration: AES-256-GCM (FLOE) under a key of this strongroom, bound to the
 * name of its setting. Throws `INPUT_INVALID` for an empty secret, `INPUT_TOO_LARGE`.
 */
export function sealSetting(keys: SettingKeys, setting: string, secret: SecretBytes): string {
  if (secret.length === 0) throw new StrongroomError('INPUT_INVALID', 'the secret is empty');
  if (secret.length > MAX_SETTING_BYTES)
    throw new StrongroomError('INPUT_TOO_LARGE', `a secret has at most ${MAX_SETTING_BYTES} bytes`);
  using key = keys.deriveKey(KEY_LABEL);
  return SEALED_PREFIX + toBase64Url(wrapSecret(key, secret.expose(), placeOf(keys, setting)));
}

/** What `sealSetting` sealed. Throws `SETTING_REFUSED` for another strongroom, another setting, or changed text. */
export function openSetting(keys: SettingKeys, setting: string, box: string): SecretBytes {
  using key = keys.deriveKey(KEY_LABEL);
  const sealed = fromBase64Url(box);
  const secret = sealed && unwrapSecret(key, sealed, placeOf(keys, setting));
  if (secret !== undefined) return SecretBytes.take(secret);
  throw new StrongroomError('SETTING_REFUSED', `the sealed value of ${setting} was not sealed here for it`, {
    hint: `seal it anew: strongroom secret set ${setting}`,
  });
}

function placeOf({ vault }: SettingKeys, setting: string): Uint8Array {
  return utf8Bytes(formatCanonicalJson({ kind: 'strongroom setting', vault, setting }));
}
