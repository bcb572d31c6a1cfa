import { parse as parseToml, TomlError } from 'smol-toml';
import { z } from 'zod';
import { StrongroomError } from './errors/index.ts';
import { DEFAULT_LIMITS } from './network/index.ts';
import {
  defenceSection,
  intrusionSection,
  logSection,
  oidcProviderSettings,
  predictionsSection,
  ratesSection,
  type SecretSource,
  type SettingPlace,
  servedModelSettings,
  serverSection,
  settings,
  tracesSection,
  wholeNumber,
} from './settings/index.ts';
import { readSmallFile } from './storage/index.ts';

/** A configuration file beyond this is not one. */
const MAX_CONFIG_BYTES = 256 * 1024;

const rootSection = z.strictObject({
  key_file: z.string().min(1).optional().register(settings, {
    env: 'STRONGROOM_ROOT_KEY_FILE',
    description: 'file with the root key (32 bytes, base64), mode 0600, best on another disk than the home',
  }),
  passphrase_file: z.string().min(1).optional().register(settings, {
    env: 'STRONGROOM_PASSPHRASE_FILE',
    description: 'file with the root passphrase; for machines without anybody to type it',
  }),
});

const sealSection = z.strictObject({
  compression: z
    .string()
    .regex(
      /^(?:none|auto|zstd(?::(?:[1-9]|1\d))?)$/,
      'use none, auto, zstd or zstd:LEVEL with a level of 1 to 19',
    )
    .default('auto')
    .register(settings, {
      env: 'STRONGROOM_SEAL_COMPRESSION',
      description: 'none, zstd, zstd:LEVEL (1 to 19), or auto: compress only what a sample shows to shrink',
    }),
  sha512: z.union([z.boolean(), z.stringbool()]).default(false).register(settings, {
    env: 'STRONGROOM_SEAL_SHA512',
    description: 'record SHA-512 beside SHA-256 for every file; about halves the speed of put',
  }),
});

const limitsSection = z.strictObject({
  max_file_bytes: wholeNumber(1, Number.MAX_SAFE_INTEGER)
    .default(2 ** 40)
    .register(settings, {
      env: 'STRONGROOM_LIMITS_MAX_FILE_BYTES',
      description: 'largest single file that put accepts, in bytes',
    }),
  max_files: wholeNumber(1, 100_000).default(10_000).register(settings, {
    env: 'STRONGROOM_LIMITS_MAX_FILES',
    description: 'most files that one version may have',
  }),
  min_free_bytes: wholeNumber(0, Number.MAX_SAFE_INTEGER)
    .default(64 * 2 ** 20)
    .register(settings, {
      env: 'STRONGROOM_LIMITS_MIN_FREE_BYTES',
      description: 'space to leave free on the disk of the home; put refuses below it',
    }),
});

const keysSection = z.strictObject({
  destroy_grace_days: wholeNumber(0, 3650).default(30).register(settings, {
    env: 'STRONGROOM_KEYS_DESTROY_GRACE_DAYS',
    description: 'days a key version stays disabled before it may be destroyed',
  }),
});

const downloadSection = z.strictObject({
  allowed_hosts: z.string().default('').register(settings, {
    env: 'STRONGROOM_DOWNLOAD_ALLOWED_HOSTS',
    description:
      'hosts that download may ask: example.org, *.example.org, example.org:8443, separated by commas',
  }),
  allowed_networks: z.string().default('').register(settings, {
    env: 'STRONGROOM_DOWNLOAD_ALLOWED_NETWORKS',
    description: 'private networks that allowed hosts may lie in, such as 10.20.0.0/16, separated by commas',
  }),
  ca_file: z.string().min(1).optional().register(settings, {
    env: 'STRONGROOM_DOWNLOAD_CA_FILE',
    description: 'file with certificates (PEM) of authorities to trust besides the public ones',
  }),
  proxy: z.string().min(1).optional().register(settings, {
    env: 'STRONGROOM_DOWNLOAD_PROXY',
    description: 'proxy that every download goes through (CONNECT), such as http://proxy.example:3128',
  }),
  max_bytes: wholeNumber(1, Number.MAX_SAFE_INTEGER).default(DEFAULT_LIMITS.maxBytes).register(settings, {
    env: 'STRONGROOM_DOWNLOAD_MAX_BYTES',
    description: 'largest file that download accepts, in bytes',
  }),
  timeout_seconds: wholeNumber(1, 7 * 86_400)
    .default(21_600)
    .register(settings, {
      env: 'STRONGROOM_DOWNLOAD_TIMEOUT_SECONDS',
      description: 'longest download, all tries together',
    }),
  idle_seconds: wholeNumber(1, 3600)
    .default(DEFAULT_LIMITS.idleTimeoutMs / 1000)
    .register(settings, {
      env: 'STRONGROOM_DOWNLOAD_IDLE_SECONDS',
      description: 'longest wait for the next byte',
    }),
  min_bytes_per_second: wholeNumber(0, Number.MAX_SAFE_INTEGER)
    .default(DEFAULT_LIMITS.minBytesPerSecond)
    .register(settings, {
      env: 'STRONGROOM_DOWNLOAD_MIN_BYTES_PER_SECOND',
      description: 'a download that stays slower than this is given up',
    }),
});

const accessSection = z.strictObject({
  url: z
    .url({ protocol: /^https$/ })
    .refine((text) => new URL(text).origin === text, { error: 'use https://NAME or https://NAME:PORT alone' })
    .default('https://localhost:8443')
    .register(settings, {
      env: 'STRONGROOM_ACCESS_URL',
      description:
        'address that people and programs reach the server by: issuer of access tokens, home of passkeys',
    }),
  name: z.string().min(1).max(64).default('Strongroom').register(settings, {
    env: 'STRONGROOM_ACCESS_NAME',
    description: 'name of this strongroom in authenticator apps and at passkeys',
  }),
  session_idle_minutes: wholeNumber(1, 1440).default(30).register(settings, {
    env: 'STRONGROOM_ACCESS_SESSION_IDLE_MINUTES',
    description: 'minutes without a call after which a browser is logged out',
  }),
  session_hours: wholeNumber(1, 24).default(12).register(settings, {
    env: 'STRONGROOM_ACCESS_SESSION_HOURS',
    description: 'hours after which a browser is logged out in any case',
  }),
  admin_session_idle_minutes: wholeNumber(1, 1440).default(15).register(settings, {
    env: 'STRONGROOM_ACCESS_ADMIN_SESSION_IDLE_MINUTES',
    description: 'the same for those who may change users or the root key, at most',
  }),
  admin_session_hours: wholeNumber(1, 24).default(8).register(settings, {
    env: 'STRONGROOM_ACCESS_ADMIN_SESSION_HOURS',
    description: 'hours after which those are logged out in any case, programs included',
  }),
  refresh_hours: wholeNumber(1, 720).default(24).register(settings, {
    env: 'STRONGROOM_ACCESS_REFRESH_HOURS',
    description: 'hours for which a program that logged in may renew its access token',
  }),
  access_token_seconds: wholeNumber(60, 600).default(600).register(settings, {
    env: 'STRONGROOM_ACCESS_ACCESS_TOKEN_SECONDS',
    description: 'life of one access token',
  }),
  token_days: wholeNumber(1, 365).default(90).register(settings, {
    env: 'STRONGROOM_ACCESS_TOKEN_DAYS',
    description: 'life of a personal or service-account token unless it is said otherwise',
  }),
  max_token_days: wholeNumber(1, 365).default(365).register(settings, {
    env: 'STRONGROOM_ACCESS_MAX_TOKEN_DAYS',
    description: 'longest life that such a token may be given',
  }),
  invitation_hours: wholeNumber(1, 720).default(72).register(settings, {
    env: 'STRONGROOM_ACCESS_INVITATION_HOURS',
    description: 'hours for which an invitation or a reset can be used',
  }),
  password_min_characters: wholeNumber(15, 64).default(15).register(settings, {
    env: 'STRONGROOM_ACCESS_PASSWORD_MIN_CHARACTERS',
    description: 'fewest characters of a password',
  }),
  password_list_file: z.string().min(1).optional().register(settings, {
    env: 'STRONGROOM_ACCESS_PASSWORD_LIST_FILE',
    description:
      'file with passwords to refuse, one a line, plain or as SHA-1 (HASH or HASH:COUNT); up to 256 MiB',
  }),
  hash_memory_mib: wholeNumber(19, 1024).default(64).register(settings, {
    env: 'STRONGROOM_ACCESS_HASH_MEMORY_MIB',
    description: 'memory of one password hash (Argon2id)',
  }),
  hash_passes: wholeNumber(2, 16).default(3).register(settings, {
    env: 'STRONGROOM_ACCESS_HASH_PASSES',
    description: 'passes of one password hash',
  }),
  hash_concurrent: wholeNumber(1, 16).default(2).register(settings, {
    env: 'STRONGROOM_ACCESS_HASH_CONCURRENT',
    description: 'password hashes that run at once; Node has four threads for them and for files',
  }),
  hash_queue: wholeNumber(0, 1000).default(32).register(settings, {
    env: 'STRONGROOM_ACCESS_HASH_QUEUE',
    description: 'log-ins that may wait for a hash; more are told to come again',
  }),
});

const federationSection = z.strictObject({
  allowed_hosts: z.string().default('token.actions.githubusercontent.com, gitlab.com').register(settings, {
    env: 'STRONGROOM_FEDERATION_ALLOWED_HOSTS',
    description:
      'hosts that keys and tokens of identity providers are fetched from, besides the issuers of [[oidc]], separated by commas',
  }),
  allowed_networks: z.string().default('').register(settings, {
    env: 'STRONGROOM_FEDERATION_ALLOWED_NETWORKS',
    description: 'private networks that those hosts may lie in, such as 10.20.0.0/16, separated by commas',
  }),
  ca_file: z.string().min(1).optional().register(settings, {
    env: 'STRONGROOM_FEDERATION_CA_FILE',
    description: 'file with certificates (PEM) of authorities to trust there besides the public ones',
  }),
  proxy: z.string().min(1).optional().register(settings, {
    env: 'STRONGROOM_FEDERATION_PROXY',
    description: 'proxy that identity providers are asked through (CONNECT)',
  }),
});

const oidcList = z
  .array(oidcProviderSettings)
  .max(32)
  .refine((providers) => new Set(providers.map(({ id }) => id)).size === providers.length, {
    error: 'two providers have the same id',
  });

const servedModelList = z
  .array(servedModelSettings)
  .max(1000)
  .refine((served) => new Set(served.map(({ model }) => model)).size === served.length, {
    error: 'a model stands twice',
  });

const configSchema = z.strictObject({
  root: rootSection.prefault({}),
  seal: sealSection.prefault({}),
  limits: limitsSection.prefault({}),
  keys: keysSection.prefault({}),
  download: downloadSection.prefault({}),
  server: serverSection.prefault({}),
  access: accessSection.prefault({}),
  federation: federationSection.prefault({}),
  log: logSection.prefault({}),
  traces: tracesSection.prefault({}),
  rates: ratesSection.prefault({}),
  intrusion: intrusionSection.prefault({}),
  predictions: predictionsSection.prefault({}),
  defence: defenceSection.prefault({}),
  oidc: oidcList.default([]),
  served_model: servedModelList.default([]),
});

/** Everything that can be configured, with its defaults filled in. It names where secrets are, never what they are; a sealed one is ciphertext. */
export type Config = z.infer<typeof configSchema>;

const SECTIONS = {
  root: rootSection,
  seal: sealSection,
  limits: limitsSection,
  keys: keysSection,
  download: downloadSection,
  server: serverSection,
  access: accessSection,
  federation: federationSection,
  log: logSection,
  traces: tracesSection,
  rates: ratesSection,
  intrusion: intrusionSection,
  predictions: predictionsSection,
  defence: defenceSection,
} as const;

/** Lists of tables, `[[oidc]]`: they stand in the file only. */
const LISTS = { oidc: oidcProviderSettings, served_model: servedModelSettings } as const;

/** One setting as the reference documents it. */
export interface SettingDescription {
  /** `seal.sha512`; of a list of tables `oidc[].issuer`. */
  readonly name: string;
  /** Empty for settings of a list. */
  readonly env: string;
  readonly description: string;
}

/** Every setting, for `config show` and the generated reference. */
export function describeSettings(): readonly SettingDescription[] {
  return Object.entries(SECTIONS).flatMap(([section, schema]) =>
    Object.entries(schema.shape).map(([key, setting]) => ({
      name: `${section}.${key}`,
      env: settings.get(setting)?.env ?? '',
      description: settings.get(setting)?.description ?? '',
    })),
  );
}

/** The settings of the tables in lists, for the generated reference. */
export function describeListSettings(): readonly SettingDescription[] {
  return Object.entries(LISTS).flatMap(([list, schema]) =>
    Object.entries<z.ZodType>(schema.shape).map(([key, setting]) => ({
      name: `${list}[].${key}`,
      env: '',
      description: setting.description ?? '',
    })),
  );
}

/** A setting that is secret, and where its secret comes from; without a source it is not set. */
export interface SecretSetting {
  /** `oidc.corp.client_secret`. */
  readonly name: string;
  readonly place: SettingPlace;
  readonly source?: SecretSource;
}

/** Every setting of a configuration that is secret. */
export function listSecretSettings(config: Config): readonly SecretSetting[] {
  return config.oidc.map(({ id, client_secret: source }) => ({
    name: `oidc.${id}.client_secret`,
    place: { table: 'oidc', id, key: 'client_secret' },
    ...(source && { source }),
  }));
}

/** What a configuration is read from. */
export interface ConfigSources {
  /** Path of the TOML file; a file that is not there is an empty one. */
  readonly file: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The configuration: defaults, then the file, then the environment. Throws `CONFIG_INVALID` naming the setting
 * that is wrong; unknown settings are wrong, because a misspelt one would silently not protect.
 */
export async function loadConfig(sources: ConfigSources): Promise<Config> {
  const fromFile = await readConfigFile(sources.file);
  return validate(overlayEnvironment(fromFile, sources.env));
}

async function readConfigFile(path: string): Promise<Record<string, unknown>> {
  const bytes = await readSmallFile(path, MAX_CONFIG_BYTES);
  if (bytes === undefined) return {};
  try {
    return parseToml(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    const where = error instanceof TomlError ? ` (line ${error.line})` : '';
    throw new StrongroomError('CONFIG_INVALID', `the configuration file is not TOML${where}`, {
      cause: error,
    });
  }
}

function overlayEnvironment(
  base: Readonly<Record<string, unknown>>,
  env: ConfigSources['env'],
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...base };
  for (const { name, env: variable } of describeSettings()) {
    const value = env[variable];
    if (value === undefined || value === '') continue;
    const [section = '', key = ''] = name.split('.');
    const current = merged[section];
    merged[section] = { ...(typeof current === 'object' ? current : {}), [key]: value };
  }
  return merged;
}

function validate(raw: unknown): Config {
  const result = configSchema.safeParse(raw);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    (issue) => `${issue.path.join('.') || 'configuration'}: ${issue.message}`,
  );
  throw new StrongroomError('CONFIG_INVALID', problems.join('; '));
}
