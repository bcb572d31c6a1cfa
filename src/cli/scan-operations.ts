import type { LongRunning } from '../api/index.ts';
import type { ScanLimits, ScanReport } from '../scan/index.ts';

/** What `scan` looks at. */
export interface ScanPathsInput extends LongRunning {
  /** Files, and folders with all that is in them. */
  readonly paths: readonly string[];
  readonly limits: Partial<ScanLimits>;
}

/** One file that was looked at, and what came of it. */
export type ScannedFile =
  | { readonly path: string; readonly report: ScanReport }
  /** It could not be read; nothing is known of it. */
  | { readonly path: string; readonly error: { readonly code: string; readonly message: string } };

/** Scans of files, without a home. */
export interface ScanOperations {
  /** Every file below the paths, sorted in each folder. What cannot be read is told in its place, not thrown. */
  scanPaths(input: ScanPathsInput): Promise<readonly ScannedFile[]>;
}
