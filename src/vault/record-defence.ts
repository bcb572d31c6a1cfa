import type { Standing } from '../abuse/index.ts';
import { type AuditLog, cutText } from '../audit/index.ts';

/** Puts on the record that somebody's level with a model changed. */
export async function recordDefenceLevel(
  log: Pick<AuditLog, 'append'>,
  { model, principal, level, score, alarms }: Standing,
): Promise<void> {
  await log.append({
    kind: 'event',
    event: 'defence.level',
    severity: level === 'observed' ? 'notice' : 'warning',
    resource: cutText(model),
    caller: { type: 'nobody', id: cutText(principal ?? 'everybody') },
    details: { level, alarms, score: Math.round(score * 10) / 10 },
  });
}
