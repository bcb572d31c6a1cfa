import { ABUSE_ERRORS } from './areas/abuse.ts';
import { ACCESS_ERRORS } from './areas/access.ts';
import { AUDIT_ERRORS } from './areas/audit.ts';
import { CONTAINER_ERRORS } from './areas/container.ts';
import { DEFENCE_ERRORS } from './areas/defence.ts';
import { FORMAT_ERRORS } from './areas/formats.ts';
import { GENERAL_ERRORS } from './areas/general.ts';
import { HTTP_ERRORS } from './areas/http.ts';
import { KEY_ERRORS } from './areas/keys.ts';
import { NETWORK_ERRORS } from './areas/network.ts';
import { PREDICTION_ERRORS } from './areas/predictions.ts';
import { REGISTRY_ERRORS } from './areas/registry.ts';
import { SETTING_ERRORS } from './areas/settings.ts';
import { SIGNING_ERRORS } from './areas/signing.ts';
import { STORAGE_ERRORS } from './areas/storage.ts';
import { TRUST_ERRORS } from './areas/trust.ts';
import { VAULT_ERRORS } from './areas/vault.ts';

export type { ErrorEntry, ErrorKind } from './kinds.ts';

/** Every error that strongroom can raise: code → kind and hint. `docs/reference/errors.md` is generated from it. */
export const CATALOGUE = {
  ...GENERAL_ERRORS,
  ...ABUSE_ERRORS,
  ...ACCESS_ERRORS,
  ...AUDIT_ERRORS,
  ...CONTAINER_ERRORS,
  ...DEFENCE_ERRORS,
  ...FORMAT_ERRORS,
  ...HTTP_ERRORS,
  ...KEY_ERRORS,
  ...NETWORK_ERRORS,
  ...PREDICTION_ERRORS,
  ...REGISTRY_ERRORS,
  ...SETTING_ERRORS,
  ...SIGNING_ERRORS,
  ...STORAGE_ERRORS,
  ...TRUST_ERRORS,
  ...VAULT_ERRORS,
} as const;

/** A stable name of one failure, `AREA_REASON`. */
export type ErrorCode = keyof typeof CATALOGUE;
