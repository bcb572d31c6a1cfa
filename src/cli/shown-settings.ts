import { type Config, describeListSettings, describeSettings, listSecretSettings } from '../config.ts';
import { describeSecretSource } from '../settings/index.ts';
import type { ShownSetting } from './operations.ts';

/** Every setting with its value in force; of one that is secret, where it comes from. */
export function shownSettings(config: Config): readonly ShownSetting[] {
  const { oidc, ...sections } = config;
  const values = new Map<string, string | number | boolean>(
    Object.entries(sections).flatMap(([section, settings]) =>
      Object.entries(settings).map(([key, value]) => [`${section}.${key}`, value] as const),
    ),
  );
  return [
    ...describeSettings().map((setting) => ({ ...setting, value: values.get(setting.name) ?? null })),
    ...oidc.flatMap((provider) => shownProvider(config, provider)),
  ];
}

function shownProvider(config: Config, provider: Config['oidc'][number]): ShownSetting[] {
  const { client_secret: _secret, ...plain } = provider;
  const values = new Map<string, unknown>(Object.entries(plain));
  return describeListSettings().map((setting) => {
    const key = setting.name.replace('oidc[].', '');
    const name = `oidc.${provider.id}.${key}`;
    const source = listSecretSettings(config).find((secret) => secret.name === name)?.source;
    return { ...setting, name, value: source ? describeSecretSource(source) : textOf(values.get(key)) };
  });
}

function textOf(value: unknown): string | boolean | null {
  if (value === undefined) return null;
  return typeof value === 'string' || typeof value === 'boolean' ? value : JSON.stringify(value);
}
