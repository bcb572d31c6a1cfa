import {
  createDocumentFetch,
  type DocumentFetch,
  parseHostRule,
  parseIpNetwork,
  parseTarget,
} from '../network/index.ts';
import { readAuthorities } from './read-authorities.ts';
import { wordsOf } from './words-of.ts';

/** One address of the configuration, and what its operator says of where it lies. */
export interface ConfiguredAddress {
  readonly url: string;
  /** Private networks that it may lie in, separated by commas. */
  readonly networks: string;
  /** File of authorities (PEM) to trust besides the public ones. */
  readonly caFile: string | undefined;
}

/** A guarded `fetch` that reaches the host of one address and no other. Throws as `readAuthorities`. */
export async function fetchFor({ url, networks, caFile }: ConfiguredAddress): Promise<DocumentFetch> {
  const { host, port } = parseTarget(url);
  const ca = caFile === undefined ? undefined : await readAuthorities(caFile);
  return createDocumentFetch({
    hosts: [parseHostRule(`${host.includes(':') ? `[${host}]` : host}:${port}`)],
    networks: wordsOf(networks).flatMap((text) => parseIpNetwork(text) ?? []),
    ...(ca !== undefined && { ca }),
  });
}
