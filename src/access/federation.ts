import type { DocumentFetch } from '../network/index.ts';
import type { DocumentDeps } from './document-collection.ts';
import { ExternalIdentities } from './external-identities.ts';
import type { FederatedIdentity } from './identity.ts';
import type { IdentityParts } from './identity-parts.ts';
import { IssuerKeys } from './issuer-keys.ts';
import { OidcArrivals } from './oidc-arrivals.ts';
import { OidcClient } from './oidc-client.ts';
import { OidcLogIn } from './oidc-log-in.ts';
import type { OidcProviderRules } from './oidc-provider.ts';
import { WorkloadLogIn } from './workload-log-in.ts';
import { WorkloadRules } from './workload-rules.ts';

export interface FederationDeps extends DocumentDeps {
  readonly identity: IdentityParts;
  readonly providers: readonly OidcProviderRules[];
  /** Goes only where the configuration allows. */
  readonly fetchDocument: DocumentFetch;
  /** Address of the server, without a slash at its end. */
  readonly serverUrl: string;
  /** How long roles that come with groups last after a log-in. */
  readonly roleSeconds: number;
  readonly now: () => Date;
}

/** Where providers send browsers back to, below the address of the server. */
export const OIDC_CALLBACK_PATH = '/api/v1/log-in/oidc/callback';

/** What is trusted of other identity providers. */
export interface Federation {
  readonly providers: readonly OidcProviderRules[];
  readonly identities: ExternalIdentities;
  readonly rules: WorkloadRules;
  readonly logIn: FederatedIdentity;
}

/** Puts the parts of federation together. */
export function createFederation(deps: FederationDeps): Federation {
  const { identity, providers, fetchDocument, serverUrl } = deps;
  const { access, invitations, logIns, throttle, accessTokens } = identity;
  const identities = new ExternalIdentities(deps);
  const rules = new WorkloadRules({ ...deps, principals: access.principals });
  const workloads = new WorkloadLogIn({
    ...deps,
    rules,
    keys: new IssuerKeys(deps),
    principals: access.principals,
    accessTokens,
  });
  const people = new OidcLogIn({
    ...deps,
    clients: providers.map((each) => new OidcClient(each, fetchDocument)),
    arrivals: new OidcArrivals({ ...deps, access, identities, invitations }),
    logIns,
    throttle,
    callbackUrl: `${serverUrl}${OIDC_CALLBACK_PATH}`,
  });
  return {
    providers,
    identities,
    rules,
    logIn: {
      exchangeWorkloadToken: (input, origin) => {
        const succeeded = throttle.enterUnnamed(origin);
        return workloads.exchange(input, origin).then((answer) => {
          succeeded();
          return answer;
        });
      },
      oidcProviders: () => Promise.resolve(people.providers()),
      beginOidc: (input, origin) => people.begin(input, origin),
      forwardOidc: (input) => people.forward(input),
      finishOidc: (input, origin) => people.finish(input, origin),
    },
  };
}
