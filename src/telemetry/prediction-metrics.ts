import { Counter, Gauge, type Registry } from 'prom-client';

/** What one version did since the process began; seconds are sums. */
export interface MeasuredVersion {
  readonly model: string;
  readonly version: number;
  readonly answered: number;
  readonly failed: number;
  readonly rows: number;
  readonly executions: number;
  readonly seconds: number;
  readonly queueSeconds: number;
  readonly computeSeconds: number;
  /** Population stability index of its answers; absent before there is one. */
  readonly drift?: number;
}

/** What became of the questions whose turn the canary of an alias had. */
export interface MeasuredCanary {
  readonly model: string;
  readonly alias: string;
  readonly version: number;
  readonly answered: number;
  readonly failed: number;
  readonly unfit: number;
}

/** Who is asked whenever somebody reads the metrics. */
export interface PredictionReadings {
  readonly versions: () => readonly MeasuredVersion[];
  readonly canaries: () => readonly MeasuredCanary[];
}

type Sum = Exclude<keyof MeasuredVersion, 'model' | 'version' | 'drift'>;

const SUMS: Readonly<Record<Sum, readonly [name: string, help: string]>> = {
  answered: ['predictions_total', 'Questions that were answered'],
  failed: ['prediction_failures_total', 'Questions that were not answered'],
  rows: ['prediction_rows_total', 'Rows that were answered'],
  executions: ['prediction_executions_total', 'Computations, each of one batch'],
  seconds: ['prediction_seconds_total', 'Seconds from questions to their answers'],
  queueSeconds: ['prediction_queue_seconds_total', 'Seconds that questions waited'],
  computeSeconds: ['prediction_compute_seconds_total', 'Seconds of computing, for each question'],
};

/** Adds what is known of the versions that are served; it is asked for whenever somebody reads the metrics. */
export function addPredictionMetrics(registry: Registry, readings: PredictionReadings): void {
  addVersionMetrics(registry, readings.versions);
  addCanaryMetrics(registry, readings.canaries);
}

function addCanaryMetrics(registry: Registry, read: () => readonly MeasuredCanary[]): void {
  const counter = new Counter({
    name: 'strongroom_canary_questions_total',
    help: 'Questions whose turn the canary of an alias had: answered, failed, or unfit for it',
    labelNames: ['model', 'alias', 'version', 'outcome'] as const,
    registers: [registry],
    collect: () => {
      counter.reset();
      for (const { model, alias, version, ...counts } of read()) {
        for (const outcome of ['answered', 'failed', 'unfit'] as const)
          counter.inc({ model, alias, version, outcome }, counts[outcome]);
      }
    },
  });
}

function addVersionMetrics(registry: Registry, read: () => readonly MeasuredVersion[]): void {
  const registers = [registry];
  const labelNames = ['model', 'version'] as const;
  for (const [sum, [name, help]] of Object.entries(SUMS) as [Sum, readonly [string, string]][]) {
    const counter = new Counter({
      name: `strongroom_${name}`,
      help,
      labelNames,
      registers,
      collect: () => {
        counter.reset();
        for (const { model, version, ...measured } of read()) counter.inc({ model, version }, measured[sum]);
      },
    });
  }
  const drift = new Gauge({
    name: 'strongroom_prediction_drift',
    help: 'Population stability index of the last thousand answers against the first: above 0.25 is much',
    labelNames,
    registers,
    collect: () => {
      drift.reset();
      for (const { model, version, drift: index } of read()) {
        if (index !== undefined) drift.set({ model, version }, index);
      }
    },
  });
}
