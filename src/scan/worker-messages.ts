import type { ScanLimits } from './limits.ts';
import type { ScanReport } from './report.ts';
import type { Found } from './scan-run.ts';

/** What the scanning thread is told. */
export type ToWorker =
  | {
      readonly kind: 'scan';
      readonly name: string;
      readonly size: number;
      readonly limits: Partial<ScanLimits>;
    }
  | { readonly kind: 'bytes'; readonly id: number; readonly bytes: Uint8Array };

/** What it says. */
export type FromWorker =
  | { readonly kind: 'read'; readonly id: number; readonly offset: number; readonly length: number }
  | { readonly kind: 'progress'; readonly bytesRead: number }
  | { readonly kind: 'found'; readonly found: Found }
  | { readonly kind: 'report'; readonly report: ScanReport }
  /** A fault of ours: bad bytes are findings. */
  | { readonly kind: 'failed'; readonly message: string };
