import type { ByteSource } from '../../bytes/index.ts';
import type { FormatName } from '../format-name.ts';

/** Bytes at each end of a source that detection holds in memory. */
export const PROBE_BYTES = 65_536;

/** What detection looks at: both ends in memory, the rest on demand. */
export interface Probe {
  readonly source: ByteSource;
  /** The first `PROBE_BYTES`, or all there is. */
  readonly head: Uint8Array;
  /** The last `PROBE_BYTES`, or all there is. */
  readonly tail: Uint8Array;
}

/** Tells formats by content. Pure; never throws for bad bytes; cheap: it runs for every member of every archive. */
export interface Detector {
  /** Kebab-case, as its file. */
  readonly name: string;
  /** The formats that these bytes are, none when they are none of this detector's. */
  detect(probe: Probe): readonly FormatName[] | Promise<readonly FormatName[]>;
}
