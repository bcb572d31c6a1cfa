import { loadConfig } from '../config.ts';
import {
  configFile,
  defaultRootKeyFile,
  examineHome,
  examineRemote,
  examineServer,
  initHome,
  openStrongroom,
  restoreKeys,
  restoreStrongroom,
  type Strongroom,
} from '../open/index.ts';
import type { CliContext } from './context.ts';
import type { DoctorOperations } from './doctor-operations.ts';
import type { BundleOperations, HomeOperations, SecretOperations, Unseal } from './operations.ts';
import { shownSettings } from './shown-settings.ts';
import { createBundleOperations, type OpenRequested } from './wiring-bundles.ts';
import { exportVersion } from './wiring-export.ts';
import { createSecretOperations } from './wiring-secrets.ts';
import { withUnseal } from './wiring-unseal.ts';

type Env = CliContext['env'];

/** Work on homes, wired to the composition root. */
export function createHomeOperations(
  env: Env,
): HomeOperations & BundleOperations & SecretOperations & DoctorOperations {
  const open: OpenRequested = ({ home, unseal }) => openHome(home, unseal, env);
  return {
    ...createBundleOperations(open),
    ...createSecretOperations(env, open),
    async openHome({ home, unseal }) {
      const strongroom = await openHome(home, unseal, env);
      return { api: strongroom.api, close: () => strongroom.close() };
    },
    initHome,
    examineHome: ({ home, unseal, ...more }) =>
      examineHome({ home, env, open: () => openHome(home, unseal, env), ...more }),
    examineRemote,
    examineServer,
    restoreHome: restoreStrongroom,
    restoreKeys,
    async backupHome({ home, unseal, ...work }) {
      await using strongroom = await openHome(home, unseal, env);
      return await strongroom.backup(work);
    },
    async exportSealed(input) {
      await using strongroom = await openHome(input.home, input.unseal, env);
      return await exportVersion(strongroom, input);
    },
    defaultKeyFile: defaultRootKeyFile,
    async configuredFiles(home) {
      const { root } = await loadConfig({ file: configFile(home), env });
      return {
        ...(root.key_file !== undefined && { keyFile: root.key_file }),
        ...(root.passphrase_file !== undefined && { passphraseFile: root.passphrase_file }),
      };
    },
    async showConfig(home) {
      return shownSettings(await loadConfig({ file: configFile(home), env }));
    },
  };
}

function openHome(home: string, unseal: Unseal, env: Env): Promise<Strongroom> {
  return withUnseal(unseal, (source) => openStrongroom({ home, env, unseal: source }));
}
