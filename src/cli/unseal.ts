import { delimiter } from 'node:path';
import { parseRootKey, type UnsealMaterial } from '../keyring/index.ts';
import type { CliContext } from './context.ts';
import type { Unseal } from './operations.ts';
import { MAX_SECRET_BYTES, type SecretReader } from './secrets.ts';
import { escapeText } from './terminal.ts';

/** What to do when a root passphrase is needed and nobody can be asked. */
export const PASSPHRASE_HINT = 'name a file with --passphrase-file or STRONGROOM_PASSPHRASE_FILE';

/** What a home is unsealed from. */
export interface UnsealSources {
  readonly home: string;
  readonly passphraseFile?: string | undefined;
  readonly rootKeyFile?: string | undefined;
  readonly shareFiles: readonly string[];
  readonly env: CliContext['env'];
  readonly operations: Pick<
    CliContext['operations'],
    'readSecretFile' | 'defaultKeyFile' | 'configuredFiles'
  >;
  readonly secrets: SecretReader;
  warn(text: string): Promise<void>;
}

/**
 * Everything at hand that may unseal a home: options, then environment and configuration, and the key file of the home.
 * Throws for a file that was named and cannot be read.
 */
export async function gatherUnseal(sources: UnsealSources): Promise<Unseal> {
  const configured = await sources.operations.configuredFiles(sources.home);
  const materials = [
    ...(await fromKeyFile(sources, sources.rootKeyFile ?? configured.keyFile)),
    ...(await fromEnvironmentKey(sources)),
    ...(await fromShares(sources)),
    ...(await fromPassphraseFile(sources, sources.passphraseFile ?? configured.passphraseFile)),
  ];
  const { secrets } = sources;
  if (!secrets.canAsk) return { materials };
  return { materials, askPassphrase: () => secrets.ask('root passphrase', PASSPHRASE_HINT) };
}

async function fromKeyFile(sources: UnsealSources, named: string | undefined): Promise<UnsealMaterial[]> {
  if (named !== undefined) return [{ kind: 'key', key: parseRootKey(await sources.secrets.readText(named)) }];
  const inside = sources.operations.defaultKeyFile(sources.home);
  const file = await sources.operations.readSecretFile(inside, MAX_SECRET_BYTES);
  if (file === undefined) return [];
  if (file.isExposed) await sources.warn(`others may read ${escapeText(inside)}; run chmod 600 on it`);
  return [{ kind: 'key', key: parseRootKey(file.bytes) }];
}

async function fromEnvironmentKey(sources: UnsealSources): Promise<UnsealMaterial[]> {
  const text = present(sources.env['STRONGROOM_ROOT_KEY']);
  if (text === undefined) return [];
  await sources.warn(
    'the root key stands in the environment, where other processes may see it; a file is safer',
  );
  return [{ kind: 'key', key: parseRootKey(text) }];
}

async function fromShares(sources: UnsealSources): Promise<UnsealMaterial[]> {
  const fromEnv = present(sources.env['STRONGROOM_SHARE_FILES'])?.split(delimiter) ?? [];
  const files = sources.shareFiles.length > 0 ? sources.shareFiles : fromEnv.filter((path) => path !== '');
  if (files.length === 0) return [];
  const shares: string[] = [];
  for (const file of files) shares.push((await sources.secrets.readText(file)).trim());
  return [{ kind: 'shares', shares }];
}

async function fromPassphraseFile(
  sources: UnsealSources,
  path: string | undefined,
): Promise<UnsealMaterial[]> {
  return path === undefined
    ? []
    : [{ kind: 'passphrase', passphrase: await sources.secrets.readPassphrase(path) }];
}

function present(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
