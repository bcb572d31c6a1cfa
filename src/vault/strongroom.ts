import type { BackgroundRescanStatus, Caller, StrongroomApi } from '../api/index.ts';
import { accountVerbs } from './account-verbs.ts';
import { approvalVerbs } from './approval-verbs.ts';
import { auditVerbs } from './audit-verbs.ts';
import { blockVerbs } from './block-verbs.ts';
import { clientCertificateVerbs } from './client-certificate-verbs.ts';
import { defenceVerbs } from './defence-verbs.ts';
import type { VaultDeps } from './deps.ts';
import { grantVerbs } from './grant-verbs.ts';
import { keyVerbs } from './key-verbs.ts';
import { linkVerbs } from './link-verbs.ts';
import { lockdownVerbs } from './lockdown-verbs.ts';
import { openVersion } from './open-version.ts';
import { predictionVerbs } from './prediction-verbs.ts';
import type { Predictions } from './predictions.ts';
import { putVersion } from './put-version.ts';
import { quarantineVerbs } from './quarantine-verbs.ts';
import { aliasVerbs, modelVerbs, namespaceVerbs, versionVerbs } from './registry-verbs.ts';
import { removeModel, removeNamespace, removeVersion } from './remove-version.ts';
import { roleVerbs } from './role-verbs.ts';
import { rolloutVerbs } from './rollout-verbs.ts';
import { rootVerbs } from './root-verbs.ts';
import { rotateKeys } from './rotate-keys.ts';
import { scanVerbs } from './scan-verbs.ts';
import { schemaVerbs } from './schema-verbs.ts';
import { serviceAccountVerbs } from './service-account-verbs.ts';
import { signatureVerbs } from './signature-verbs.ts';
import { signingKeyVerbs } from './signing-key-verbs.ts';
import { systemVerbs } from './system-verbs.ts';
import { tokenVerbs } from './token-verbs.ts';
import { trustVerbs } from './trust-verbs.ts';
import { userVerbs } from './user-verbs.ts';
import { verifyVersions } from './verify-versions.ts';
import { workloadVerbs } from './workload-verbs.ts';

export interface StrongroomDeps extends VaultDeps {
  /** What is wrong with the home as it lies there. */
  readonly warnings: () => Promise<readonly string[]>;
  readonly predictions: Predictions;
  /** How the rescan in the background stands; `undefined`: there is none. */
  readonly rescan?: () => BackgroundRescanStatus | undefined;
}

/** Binds the verbs to a caller: the local implementation of the API. */
export function bindStrongroom(deps: StrongroomDeps, caller: Caller): StrongroomApi {
  return {
    namespaces: { ...namespaceVerbs(deps, caller), remove: (input) => removeNamespace(deps, caller, input) },
    models: { ...modelVerbs(deps, caller), remove: (input) => removeModel(deps, caller, input) },
    versions: {
      ...versionVerbs(deps, caller),
      put: (input) => putVersion(deps, caller, input),
      open: (input) => openVersion(deps, caller, input),
      verify: (input) => verifyVersions(deps, caller, input),
      remove: (input) => removeVersion(deps, caller, input),
    },
    aliases: aliasVerbs(deps, caller),
    users: { ...userVerbs(deps, caller), ...linkVerbs(deps, caller) },
    serviceAccounts: serviceAccountVerbs(deps, caller),
    roles: roleVerbs(deps, caller),
    grants: grantVerbs(deps, caller),
    approvals: approvalVerbs(deps, caller),
    keys: { ...keyVerbs(deps, caller), rotate: (input) => rotateKeys(deps, caller, input) },
    root: rootVerbs(deps, caller),
    trust: trustVerbs(deps, caller),
    signingKeys: signingKeyVerbs(deps, caller),
    signatures: signatureVerbs(deps, caller),
    scans: scanVerbs(deps, caller),
    schemas: schemaVerbs(deps, caller),
    rollouts: rolloutVerbs(
      { ...deps, router: deps.predictions.router, trials: deps.predictions.trials },
      caller,
    ),
    quarantine: quarantineVerbs(deps, caller),
    predictions: predictionVerbs(deps, caller),
    system: systemVerbs(deps, caller),
    audit: auditVerbs(deps, caller),
    tokens: tokenVerbs(deps, caller),
    blocks: blockVerbs(deps, caller),
    lockdown: lockdownVerbs(deps, caller),
    defence: defenceVerbs(deps, caller),
    account: accountVerbs(deps, caller),
    workloads: workloadVerbs(deps, caller),
    clientCertificates: clientCertificateVerbs(deps, caller),
  };
}
