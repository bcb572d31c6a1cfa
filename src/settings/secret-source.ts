/** Where a secret of the configuration comes from. It names the secret and never is one: a sealed one is ciphertext. */
export type SecretSource =
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  /** As `sealSetting` made it, base64url. */
  | { readonly kind: 'sealed'; readonly box: string };

/** What a sealed setting begins with. */
export const SEALED_PREFIX = 'sealed:';
const SOURCE = /^(env|file|sealed):(.+)$/s;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const BOX = /^[A-Za-z0-9_-]+$/;

/**
 * Reads `env:NAME`, `file:PATH` or `sealed:…`; `undefined` for anything else, above all for the secret itself as plain
 * text, which therefore must not be repeated in a message.
 */
export function parseSecretSource(text: string): SecretSource | undefined {
  const [, kind, rest = ''] = SOURCE.exec(text) ?? [];
  if (kind === 'env') return VARIABLE.test(rest) ? { kind, name: rest } : undefined;
  if (kind === 'file') return rest.includes('\0') ? undefined : { kind, path: rest };
  if (kind === 'sealed') return BOX.test(rest) ? { kind, box: rest } : undefined;
  return undefined;
}

/** A source as it is shown: the name of the variable or file; of a sealed secret only that it is one. */
export function describeSecretSource(source: SecretSource): string {
  switch (source.kind) {
    case 'env':
      return `env:${source.name}`;
    case 'file':
      return `file:${source.path}`;
    case 'sealed':
      return 'sealed';
  }
}
