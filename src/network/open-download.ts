import type { Download, DownloadDeps, DownloadRequest } from './download.ts';
import type { NetworkPolicy } from './policy.ts';
import { Transfer } from './transfer.ts';

/**
 * Begins a download: resolves when the host has answered with the file that was asked for, its announced size within
 * the limits. Throws by the status of the answer, `NETWORK_ENCODED`, `NETWORK_TOO_LARGE`, `NETWORK_SIZE_MISMATCH`
 * and as `guardedFetch` does.
 */
export async function openDownload(
  request: DownloadRequest,
  policy: NetworkPolicy,
  deps: DownloadDeps,
): Promise<Download> {
  const transfer = new Transfer(request, policy, deps);
  try {
    await transfer.begin();
    return transfer;
  } catch (error) {
    await transfer.close();
    throw error;
  }
}
