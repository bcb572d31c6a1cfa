import { createDocumentFetch, type DocumentFetch, parseHostRule, parseTarget } from '../network/index.ts';
import { readAuthorities } from './read-authorities.ts';
import { type NetworksSetting, readNetworks } from './read-networks.ts';

/** One address of the configuration, and what its operator says of where it lies. */
export interface ConfiguredAddress {
  readonly url: string;
  /** Private networks that it may lie in. */
  readonly networks: NetworksSetting;
  /** File of authorities (PEM) to trust besides the public ones. */
  readonly caFile: string | undefined;
}

/** A guarded `fetch` that reaches the host of one address and no other. Throws `CONFIG_INVALID`. */
export async function fetchFor({ url, networks, caFile }: ConfiguredAddress): Promise<DocumentFetch> {
  const { host, port } = parseTarget(url);
  const ca = caFile === undefined ? undefined : await readAuthorities(caFile);
  return createDocumentFetch({
    hosts: [parseHostRule(`${host.includes(':') ? `[${host}]` : host}:${port}`)],
    networks: readNetworks(networks),
    ...(ca !== undefined && { ca }),
  });
}
