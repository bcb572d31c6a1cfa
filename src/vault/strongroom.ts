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
  return new BoundStrongroom(deps, caller);
}

/** Verbs are bound when they are asked for: a server makes one of these for every request, which uses one verb. */
class BoundStrongroom implements StrongroomApi {
  readonly #deps: StrongroomDeps;
  readonly #caller: Caller;

  constructor(deps: StrongroomDeps, caller: Caller) {
    this.#deps = deps;
    this.#caller = caller;
  }

  get namespaces(): StrongroomApi['namespaces'] {
    return {
      ...namespaceVerbs(this.#deps, this.#caller),
      remove: (input) => removeNamespace(this.#deps, this.#caller, input),
    };
  }

  get models(): StrongroomApi['models'] {
    return {
      ...modelVerbs(this.#deps, this.#caller),
      remove: (input) => removeModel(this.#deps, this.#caller, input),
    };
  }

  get versions(): StrongroomApi['versions'] {
    return {
      ...versionVerbs(this.#deps, this.#caller),
      put: (input) => putVersion(this.#deps, this.#caller, input),
      open: (input) => openVersion(this.#deps, this.#caller, input),
      verify: (input) => verifyVersions(this.#deps, this.#caller, input),
      remove: (input) => removeVersion(this.#deps, this.#caller, input),
    };
  }

  get aliases(): StrongroomApi['aliases'] {
    return aliasVerbs(this.#deps, this.#caller);
  }

  get users(): StrongroomApi['users'] {
    return { ...userVerbs(this.#deps, this.#caller), ...linkVerbs(this.#deps, this.#caller) };
  }

  get serviceAccounts(): StrongroomApi['serviceAccounts'] {
    return serviceAccountVerbs(this.#deps, this.#caller);
  }

  get roles(): StrongroomApi['roles'] {
    return roleVerbs(this.#deps, this.#caller);
  }

  get grants(): StrongroomApi['grants'] {
    return grantVerbs(this.#deps, this.#caller);
  }

  get approvals(): StrongroomApi['approvals'] {
    return approvalVerbs(this.#deps, this.#caller);
  }

  get keys(): StrongroomApi['keys'] {
    return {
      ...keyVerbs(this.#deps, this.#caller),
      rotate: (input) => rotateKeys(this.#deps, this.#caller, input),
    };
  }

  get root(): StrongroomApi['root'] {
    return rootVerbs(this.#deps, this.#caller);
  }

  get trust(): StrongroomApi['trust'] {
    return trustVerbs(this.#deps, this.#caller);
  }

  get signingKeys(): StrongroomApi['signingKeys'] {
    return signingKeyVerbs(this.#deps, this.#caller);
  }

  get signatures(): StrongroomApi['signatures'] {
    return signatureVerbs(this.#deps, this.#caller);
  }

  get scans(): StrongroomApi['scans'] {
    return scanVerbs(this.#deps, this.#caller);
  }

  get schemas(): StrongroomApi['schemas'] {
    return schemaVerbs(this.#deps, this.#caller);
  }

  get rollouts(): StrongroomApi['rollouts'] {
    return rolloutVerbs(
      { ...this.#deps, router: this.#deps.predictions.router, trials: this.#deps.predictions.trials },
      this.#caller,
    );
  }

  get quarantine(): StrongroomApi['quarantine'] {
    return quarantineVerbs(this.#deps, this.#caller);
  }

  get predictions(): StrongroomApi['predictions'] {
    return predictionVerbs(this.#deps, this.#caller);
  }

  get system(): StrongroomApi['system'] {
    return systemVerbs(this.#deps, this.#caller);
  }

  get audit(): StrongroomApi['audit'] {
    return auditVerbs(this.#deps, this.#caller);
  }

  get tokens(): StrongroomApi['tokens'] {
    return tokenVerbs(this.#deps, this.#caller);
  }

  get blocks(): StrongroomApi['blocks'] {
    return blockVerbs(this.#deps, this.#caller);
  }

  get lockdown(): StrongroomApi['lockdown'] {
    return lockdownVerbs(this.#deps, this.#caller);
  }

  get defence(): StrongroomApi['defence'] {
    return defenceVerbs(this.#deps, this.#caller);
  }

  get account(): StrongroomApi['account'] {
    return accountVerbs(this.#deps, this.#caller);
  }

  get workloads(): StrongroomApi['workloads'] {
    return workloadVerbs(this.#deps, this.#caller);
  }

  get clientCertificates(): StrongroomApi['clientCertificates'] {
    return clientCertificateVerbs(this.#deps, this.#caller);
  }
}
