import { ACCOUNT_ROUTES } from './account.ts';
import { AUDIT_ROUTES } from './audit.ts';
import { CLIENT_CERTIFICATE_ROUTES } from './client-certificates.ts';
import { DEFENCE_ROUTES } from './defence.ts';
import { GRANT_ROUTES, ROLE_ROUTES } from './grants.ts';
import { BLOCK_ROUTES, LOCKDOWN_ROUTES } from './incidents.ts';
import { INFERENCE_ROUTES } from './inference.ts';
import { KEY_ROUTES, ROOT_ROUTES } from './keys.ts';
import { LOG_IN_ROUTES } from './log-in.ts';
import { ALIAS_ROUTES, MODEL_ROUTES } from './models.ts';
import { NAMESPACE_ROUTES, TRUST_ROUTES } from './namespaces.ts';
import { PREDICTION_ROUTES } from './predictions.ts';
import { ROLLOUT_ROUTES } from './rollouts.ts';
import type { Route } from './route.ts';
import { QUARANTINE_ROUTES, SCAN_ROUTES } from './scans.ts';
import { SCHEMA_ROUTES } from './schemas.ts';
import { SIGNATURE_ROUTES, SIGNING_KEY_ROUTES } from './signatures.ts';
import { SYSTEM_ROUTES } from './system.ts';
import { APPROVAL_ROUTES, TOKEN_ROUTES } from './tokens.ts';
import { UPLOAD_ROUTES } from './uploads.ts';
import { SERVICE_ACCOUNT_ROUTES, USER_ROUTES } from './users.ts';
import { VERSION_ROUTES } from './versions.ts';
import { WORKLOAD_ROUTES } from './workloads.ts';

export {
  API_PREFIX,
  type CallRoute,
  type FullApi,
  type IdentityRoute,
  type ListRoute,
  type LongRoute,
  type Method,
  type Page,
  type PageRequest,
  type RawRequest,
  type Route,
  type RouteWords,
  type StreamRoute,
  type WrittenRequest,
} from './route.ts';
export { uploadForm } from './uploads.ts';

/** Every call over HTTP, by noun and verb. Server, client and the OpenAPI description all read this one table. */
export const ROUTES = {
  namespaces: NAMESPACE_ROUTES,
  models: MODEL_ROUTES,
  versions: VERSION_ROUTES,
  uploads: UPLOAD_ROUTES,
  aliases: ALIAS_ROUTES,
  keys: KEY_ROUTES,
  root: ROOT_ROUTES,
  trust: TRUST_ROUTES,
  signingKeys: SIGNING_KEY_ROUTES,
  signatures: SIGNATURE_ROUTES,
  scans: SCAN_ROUTES,
  schemas: SCHEMA_ROUTES,
  rollouts: ROLLOUT_ROUTES,
  predictions: PREDICTION_ROUTES,
  inference: INFERENCE_ROUTES,
  quarantine: QUARANTINE_ROUTES,
  system: SYSTEM_ROUTES,
  audit: AUDIT_ROUTES,
  users: USER_ROUTES,
  serviceAccounts: SERVICE_ACCOUNT_ROUTES,
  roles: ROLE_ROUTES,
  grants: GRANT_ROUTES,
  tokens: TOKEN_ROUTES,
  approvals: APPROVAL_ROUTES,
  workloads: WORKLOAD_ROUTES,
  clientCertificates: CLIENT_CERTIFICATE_ROUTES,
  account: ACCOUNT_ROUTES,
  blocks: BLOCK_ROUTES,
  lockdown: LOCKDOWN_ROUTES,
  defence: DEFENCE_ROUTES,
  identity: LOG_IN_ROUTES,
} as const;

/** The rows of the table, one after the other. */
export const ALL_ROUTES: readonly Route[] = Object.values(
  ROUTES as Record<string, Record<string, Route>>,
).flatMap((rows) => Object.values(rows));
