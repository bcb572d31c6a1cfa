import type { Caller } from '../api/index.ts';
import type { SecretBytes } from '../bytes/index.ts';
import { type SettingKeys, sealSetting as seal } from '../settings/index.ts';
import { onEverything } from './act.ts';
import type { Gate } from './gate.ts';

export interface SealSettingDeps {
  readonly gate: Gate;
  readonly keyring: SettingKeys;
}

/** Seals a secret of the configuration for its setting. Throws `INPUT_INVALID`, `INPUT_TOO_LARGE`. */
export async function sealSetting(
  deps: SealSettingDeps,
  caller: Caller,
  { setting, secret }: { readonly setting: string; readonly secret: SecretBytes },
): Promise<string> {
  return await deps.gate.pass(
    caller,
    onEverything('system:configure', `setting ${setting}`),
    // eslint-disable-next-line @typescript-eslint/require-await -- the gate's work is a promise
    async () => seal(deps.keyring, setting, secret),
  );
}
