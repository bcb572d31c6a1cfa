import { describeListSettings, describeSettings, loadConfig } from '../src/config.ts';

/** The page of every setting with its variable and default, from the schema itself. */
export async function formatConfigurationReference(generated: string): Promise<string> {
  const defaults: Readonly<Record<string, object>> = await loadConfig({ file: '/nonexistent.toml', env: {} });
  const rows = describeSettings().map(({ name, env, description }) => {
    const [section = '', key = ''] = name.split('.');
    const value: unknown = Object.entries(defaults[section] ?? {}).find(([own]) => own === key)?.[1];
    const shown = value === undefined ? 'none' : `\`${JSON.stringify(value)}\``;
    return `| \`${name}\` | \`${env}\` | ${shown} | ${description.replaceAll('|', '\\|')} |`;
  });
  return [
    '# Configuration',
    '',
    generated,
    '',
    'Settings are read from the file `config.toml` of the home, then from the environment, which wins. An unknown setting is an error. A secret never stands there as plain text: a setting that is secret says where it is, `env:NAME` or `file:PATH`, or holds it sealed for this home, `sealed:…` ([how](../guides/configuration.md)). `strongroom config show` prints what is in force.',
    '',
    '| setting | environment | default | what it is for |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    '## Lists',
    '',
    'Tables that may come several times, `[[oidc]]`. They stand in the file only.',
    '',
    '| setting | what it is for |',
    '| --- | --- |',
    ...describeListSettings().map(({ name, description }) => `| \`${name}\` | ${description} |`),
    '',
  ].join('\n');
}
