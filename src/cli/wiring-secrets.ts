import { loadConfig, type SecretSetting } from '../config.ts';
import { configFile, secretSetting, writeSecretSetting } from '../open/index.ts';
import type { CliContext } from './context.ts';
import type { SecretOperations } from './operations.ts';
import type { OpenRequested } from './wiring-bundles.ts';

/** Secret settings, wired to homes. */
export function createSecretOperations(env: CliContext['env'], open: OpenRequested): SecretOperations {
  const settingOf = async (home: string, name: string): Promise<SecretSetting> =>
    secretSetting(await loadConfig({ file: configFile(home), env }), name);
  return {
    async assertSecretSetting({ home, name }) {
      await settingOf(home, name);
    },
    async sealSecret({ name, secret, ...request }) {
      await using strongroom = await open(request);
      return await strongroom.sealSecret({ setting: name, secret });
    },
    async writeSecret({ home, name, value }) {
      await writeSecretSetting(home, await settingOf(home, name), value);
    },
    async listSecrets(request) {
      await using strongroom = await open(request);
      return await strongroom.secretStates();
    },
  };
}
