import type { Detection } from '../abuse/index.ts';
import { type AuditLog, cutText } from '../audit/index.ts';
import { redactText } from '../telemetry/index.ts';

const SEVERITIES = { warn: 'notice', error: 'warning', critical: 'critical' } as const;

/** Puts a detection on the record; the address masked, as everywhere there. */
export async function recordDetection(
  log: Pick<AuditLog, 'append' | 'mask'>,
  { scenario, notice }: Detection,
  blocked?: { readonly source: string; readonly until?: string },
): Promise<void> {
  await log.append({
    kind: 'event',
    event: `intrusion.${scenario.name}`,
    severity: SEVERITIES[scenario.severity],
    ...(notice.requestId === undefined ? {} : { requestId: cutText(notice.requestId) }),
    ...(notice.target === undefined ? {} : { resource: cutText(redactText(notice.target)) }),
    caller: {
      type: 'nobody',
      id: cutText(notice.principal ?? 'nobody'),
      ...(notice.address === undefined ? {} : { address: log.mask(notice.address) }),
    },
    details: {
      isBlocked: blocked !== undefined,
      ...(blocked?.until === undefined ? {} : { until: blocked.until }),
    },
  });
}
