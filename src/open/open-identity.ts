import {
  type Access,
  type BlockList,
  createIdentityParts,
  type IdentityDeps,
  type IdentityParts,
  type IdentitySettings,
  parseBlockList,
} from '../access/index.ts';
import type { Config } from '../config.ts';
import { StrongroomError } from '../errors/index.ts';
import type { Keyring } from '../keyring/index.ts';
import { type Catalogue, readSmallFile } from '../storage/index.ts';

/** Six million lines of hashes. */
const MAX_PASSWORD_LIST_BYTES = 256 * 2 ** 20;

export interface OpenIdentityInput {
  readonly config: Config['access'];
  readonly access: Access;
  readonly catalogue: Catalogue;
  readonly keyring: Keyring;
  readonly now: () => Date;
  readonly onEvent: IdentityDeps['onEvent'];
}

/** Identity as the configuration wants it. */
export function openIdentity(input: OpenIdentityInput): IdentityParts {
  const { access, catalogue, keyring, now, onEvent } = input;
  return createIdentityParts({
    access,
    catalogue,
    seal: keyring,
    deriveKey: (label) => keyring.deriveKey(`access ${label}`),
    settings: settingsOf(input.config),
    now,
    onEvent,
  });
}

function settingsOf(config: Config['access']): IdentitySettings {
  const hours = (count: number): number => count * 3600;
  const minutes = (count: number): number => count * 60;
  return {
    issuer: config.url,
    name: config.name,
    lifetimes: {
      cookie: {
        idleSeconds: minutes(config.session_idle_minutes),
        absoluteSeconds: hours(config.session_hours),
      },
      tokens: { absoluteSeconds: hours(config.refresh_hours) },
      administrator: {
        idleSeconds: minutes(config.admin_session_idle_minutes),
        absoluteSeconds: hours(config.admin_session_hours),
      },
      accessSeconds: config.access_token_seconds,
    },
    invitationSeconds: hours(config.invitation_hours),
    tokenDays: { usual: Math.min(config.token_days, config.max_token_days), most: config.max_token_days },
    hashing: {
      memoryKib: config.hash_memory_mib * 1024,
      passes: config.hash_passes,
      concurrent: config.hash_concurrent,
      maxWaiting: config.hash_queue,
    },
    policy: {
      minCodePoints: config.password_min_characters,
      ...blockListOf(config.password_list_file),
    },
  };
}

/** The operator's list, read when the first password is chosen: most processes never need it. */
function blockListOf(path: string | undefined): Pick<IdentitySettings['policy'], 'isBlocked'> {
  if (path === undefined) return {};
  let list: Promise<BlockList> | undefined;
  return {
    isBlocked: async (password) => {
      list ??= readBlockList(path);
      return (await list).has(password);
    },
  };
}

async function readBlockList(path: string): Promise<BlockList> {
  const bytes = await readSmallFile(path, MAX_PASSWORD_LIST_BYTES);
  if (bytes === undefined)
    throw new StrongroomError('CONFIG_INVALID', 'access.password_list_file names a file that is not there');
  return parseBlockList(bytes);
}
