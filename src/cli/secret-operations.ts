import type { SecretBytes } from '../bytes/index.ts';
import type { SecretState } from '../open/index.ts';
import type { Unseal } from './operations.ts';

/** Work on the secret settings of a home. */
export interface SecretOperations {
  /** Throws `SETTING_UNKNOWN` for a name that is no secret setting. */
  assertSecretSetting(input: { readonly home: string; readonly name: string }): Promise<void>;
  /** The secret as `sealed:…`. */
  sealSecret(input: {
    readonly home: string;
    readonly unseal: Unseal;
    readonly name: string;
    readonly secret: SecretBytes;
  }): Promise<string>;
  /** Puts a source into the configuration file, or takes it out. Throws `SETTING_UNPLACED`. */
  writeSecret(input: {
    readonly home: string;
    readonly name: string;
    readonly value: string | undefined;
  }): Promise<void>;
  listSecrets(input: { readonly home: string; readonly unseal: Unseal }): Promise<readonly SecretState[]>;
}
