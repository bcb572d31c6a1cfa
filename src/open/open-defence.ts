import { ExtractionWatch, type Guard, PredictionBudgets, ThreadedJudge } from '../abuse/index.ts';
import { DefenceModes } from '../access/index.ts';
import type { ModelName } from '../api/index.ts';
import type { AuditLog } from '../audit/index.ts';
import { randomShare } from '../crypto/index.ts';
import type { Keyring } from '../keyring/index.ts';
import type { DefenceSettings } from '../settings/index.ts';
import type { Catalogue } from '../storage/index.ts';
import type { Log, Metrics } from '../telemetry/index.ts';
import {
  type Clock,
  Defence,
  defenceStage,
  type PredictionStage,
  recordDefenceLevel,
} from '../vault/index.ts';

/** Models that are watched at once, principals of each whose rows are remembered, and budgets that are exact. */
const MAX_MODELS = 256;
const MAX_PROFILES = 200;
const MAX_BUDGETS = 50_000;

export interface OpenDefenceInput {
  readonly settings: DefenceSettings;
  readonly catalogue: Catalogue;
  readonly keyring: Keyring;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly clock: Clock;
}

/** The defence against copying of a home; of one process, where several have it open. */
export function openDefence({ settings, catalogue, keyring, audit, clock }: OpenDefenceInput): Defence {
  const now = () => clock.now().getTime();
  const budgets = new PredictionBudgets({
    rowsPerDay: settings.rows_per_day,
    rowsPerMonth: settings.rows_per_month,
    bitsPerDay: settings.bits_per_day,
    maxKeys: MAX_BUDGETS,
    now,
  });
  const watch = new ExtractionWatch({
    random: randomShare,
    now,
    judge: new ThreadedJudge({
      learningRows: settings.learning_rows,
      maxModels: MAX_MODELS,
      maxProfiles: MAX_PROFILES,
    }),
    onNotice: (notice) => defence.tell(notice),
    onError: (error) => defence.fail(error),
  });
  const defence = new Defence({
    modes: new DefenceModes({ catalogue, seal: keyring, now: () => clock.now() }),
    watch,
    budgets,
    record: (standing) => recordDefenceLevel(audit, standing),
  });
  return defence;
}

/** What the defence does around every prediction. */
export function openDefenceStage({
  defence,
  keyring,
}: {
  readonly defence: Defence;
  readonly keyring: Keyring;
}): PredictionStage {
  return defenceStage({
    defence,
    outputKey: (model: ModelName) => keyring.deriveKey(`output perturbation ${model}`),
    now: () => Date.now(),
    random: randomShare,
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  });
}

/** Who hears of what the defence notices, besides the record. */
export interface DefenceAudience {
  readonly guard: Pick<Guard, 'notice'>;
  readonly metrics: Pick<Metrics, 'extraction'>;
  readonly log: Log;
}

/** Tells the guard, and with it the webhook and the record, of alarms; the log and the metrics of everything. */
export function announceDefence(defence: Defence, { guard, metrics, log }: DefenceAudience): void {
  defence.listen(({ kind, standing }) => {
    const { model, principal, level, score } = standing;
    metrics.extraction(kind === 'alarm' ? 'alarm' : level);
    if (kind === 'alarm') {
      guard.notice({ kind: 'extraction-suspected', target: model, principal: principal ?? 'everybody' });
      return;
    }
    log.write('auth', {
      level: level === 'observed' ? 'info' : 'warn',
      message: `the defence of ${model} has ${principal ?? 'everybody'} on ${level}`,
      fields: { model, principal, level, score },
    });
  });
}
