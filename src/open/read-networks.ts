import { quoteText } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { type IpNetwork, parseIpNetwork } from '../network/index.ts';
import { wordsOf } from './words-of.ts';

/** A setting that lists networks. */
export interface NetworksSetting {
  /** As the configuration names it: `log.syslog_networks`. */
  readonly name: string;
  /** Networks, separated by commas. */
  readonly value: string;
}

/**
 * The networks that a setting lists. Throws `CONFIG_INVALID` where one of them is none: what is passed over would be
 * refused later, by an error that names an address and not the slip.
 */
export function readNetworks({ name, value }: NetworksSetting): readonly IpNetwork[] {
  return wordsOf(value).map((text) => {
    const network = parseIpNetwork(text);
    if (network !== undefined) return network;
    throw new StrongroomError('CONFIG_INVALID', `${name} holds ${quoteText(text)}, which is no network`, {
      hint: 'write networks as 10.20.0.0/16 or fd00::/8, without bits beyond the prefix, separated by commas',
    });
  });
}
