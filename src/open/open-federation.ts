import {
  createFederation,
  type Federation,
  type IdentityParts,
  type OidcProviderRules,
  parsePlace,
} from '../access/index.ts';
import type { Config } from '../config.ts';
import { StrongroomError } from '../errors/index.ts';
import type { Keyring } from '../keyring/index.ts';
import {
  createDocumentFetch,
  type DocumentFetch,
  type HostRule,
  type NetworkPolicy,
  parseHostRule,
  parseProxy,
} from '../network/index.ts';
import type { SecretReading } from '../settings/index.ts';
import type { Catalogue } from '../storage/index.ts';
import { readAuthorities } from './read-authorities.ts';
import { readNetworks } from './read-networks.ts';
import { secretOf } from './secret-settings.ts';
import { wordsOf } from './words-of.ts';

export interface OpenFederationInput {
  readonly config: Config;
  readonly secrets: SecretReading;
  readonly identity: IdentityParts;
  readonly catalogue: Catalogue;
  readonly keyring: Keyring;
  readonly now: () => Date;
}

/** What is trusted of other identity providers, as the configuration wants it. */
export function openFederation(input: OpenFederationInput): Federation {
  const { config, secrets, identity, catalogue, keyring, now } = input;
  const { session_hours, refresh_hours, url } = config.access;
  return createFederation({
    catalogue,
    seal: keyring,
    identity,
    providers: config.oidc.map((settings) => rulesOf(settings, config, secrets)),
    fetchDocument: fetchBy(config),
    serverUrl: url,
    roleSeconds: Math.max(session_hours, refresh_hours) * 3600,
    now,
  });
}

function rulesOf(
  settings: Config['oidc'][number],
  config: Config,
  secrets: SecretReading,
): OidcProviderRules {
  return {
    id: settings.id,
    name: settings.name,
    issuer: settings.issuer,
    clientId: settings.client_id,
    clientAuth: settings.client_auth,
    clientSecret: () => secretOf(config, `oidc.${settings.id}.client_secret`, secrets),
    scopes: settings.scopes,
    algorithm: settings.algorithm,
    requiredAcr: settings.required_acr,
    requiredAmr: settings.required_amr,
    isOpen: settings.new_users,
    nameClaim: settings.name_claim,
    groupsClaim: settings.groups_claim,
    roles: settings.roles.map(({ group, role, on }) => ({ group, role, on: parsePlace(on) })),
  };
}

/** Reads the authorities when the first provider is asked, so that a home opens without them. */
function fetchBy({ federation, oidc }: Config): DocumentFetch {
  let made: Promise<DocumentFetch> | undefined;
  const make = async (): Promise<DocumentFetch> => {
    const ca = federation.ca_file === undefined ? undefined : await readAuthorities(federation.ca_file);
    const policy: NetworkPolicy = {
      hosts: [
        ...wordsOf(federation.allowed_hosts).map(parseHostRule),
        ...oidc.map(({ issuer }) => hostOf(issuer)),
      ],
      networks: readNetworks({ name: 'federation.allowed_networks', value: federation.allowed_networks }),
      ...(ca !== undefined && { ca }),
      ...(federation.proxy !== undefined && { proxy: parseProxy(federation.proxy) }),
    };
    return createDocumentFetch(policy);
  };
  return async (url, request) => {
    made ??= make();
    try {
      const fetchDocument = await made;
      return await fetchDocument(url, request);
    } catch (error) {
      throw hinted(error);
    }
  };
}

/** The settings that apply here, where the codes' own hints name those of downloads. */
function hinted(error: unknown): unknown {
  if (!(error instanceof StrongroomError)) return error;
  const hint = HINTS[error.code];
  return hint === undefined ? error : new StrongroomError(error.code, error.message, { hint, cause: error });
}

const HINTS: Partial<Record<StrongroomError['code'], string>> = {
  NETWORK_HOST_NOT_ALLOWED: 'if the provider keeps its endpoints there, name it in federation.allowed_hosts',
  NETWORK_ADDRESS_REFUSED: 'if that is meant, name the network in federation.allowed_networks',
  NETWORK_TLS_UNTRUSTED: 'name the certificate of your own authority in federation.ca_file',
  NETWORK_TIMEOUT: 'the provider did not answer; try again later',
  NETWORK_REDIRECT_REFUSED:
    'name the provider by its final address, exactly as its discovery document has it',
};

function hostOf(issuer: string): HostRule {
  return parseHostRule(new URL(issuer).host);
}
