import { type IpNetwork, isInNetwork } from '../network/index.ts';
import { networkText, parseSource, sourceOf } from './network-text.ts';
import { plainAddress } from './source-network.ts';

/** What is shut out, and until when. */
export interface BlockEntry {
  /** In its one spelling (`networkText`): `192.0.2.7`, `2001:db8::/64`. */
  readonly source: string;
  /** Milliseconds since the epoch; absent: until somebody lifts it. */
  readonly until?: number;
}

/** Networks wider than one source that are looked through one by one. */
const MAX_NETWORKS = 1000;

/** What is blocked, as this process knows it, and what never is. A look-up costs microseconds. */
export class BlockTable {
  readonly #allowed: readonly IpNetwork[];
  readonly #now: () => number;
  readonly #sources = new Map<string, BlockEntry>();
  #networks: readonly (BlockEntry & { readonly network: IpNetwork })[] = [];

  constructor(deps: { readonly allowed: readonly IpNetwork[]; readonly now: () => number }) {
    this.#allowed = deps.allowed;
    this.#now = deps.now;
  }

  /** Whether an address is never blocked. */
  isAllowed(address: string): boolean {
    const bytes = plainAddress(address);
    return bytes !== undefined && this.#allowed.some((network) => isInNetwork(bytes, network));
  }

  /** Seconds that an address is still blocked; `Infinity`: until somebody lifts it. `undefined`: it is not. */
  blockedFor(address: string): number | undefined {
    if (this.#sources.size === 0 && this.#networks.length === 0) return undefined;
    const entry = this.#sources.get(sourceOf(address) ?? '') ?? this.#networkOf(address);
    if (entry === undefined) return undefined;
    const left = (entry.until ?? Number.POSITIVE_INFINITY) - this.#now();
    return left <= 0 || this.isAllowed(address) ? undefined : Math.ceil(left / 1000);
  }

  /** Blocks at once, before it is stored. */
  add(entry: BlockEntry): void {
    this.#sources.set(entry.source, entry);
  }

  /** What is stored now. */
  replace(entries: readonly BlockEntry[]): void {
    this.#sources.clear();
    const wide = [];
    for (const entry of entries) {
      const network = parseSource(entry.source);
      if (isOneSource(entry.source, network)) this.#sources.set(entry.source, entry);
      else if (wide.length < MAX_NETWORKS) wide.push({ ...entry, network });
    }
    this.#networks = wide;
  }

  get size(): number {
    return this.#sources.size + this.#networks.length;
  }

  #networkOf(address: string): BlockEntry | undefined {
    const bytes = this.#networks.length === 0 ? undefined : plainAddress(address);
    return bytes && this.#networks.find(({ network }) => isInNetwork(bytes, network));
  }
}

function isOneSource(text: string, { base, bits }: IpNetwork): boolean {
  const host = networkText({ base, bits: base.length * 8 });
  return (base.length === 4 && bits === 32) || (bits === 64 && sourceOf(host) === text);
}
