import type { VersionStatistics } from '../api/index.ts';
import type { MeasuredVersion, PredictionReadings } from '../telemetry/index.ts';
import type { ServedHome } from './serve-home.ts';

/** What a home tells of its predictions whenever somebody reads the metrics. */
export function predictionReadings(
  served: Pick<ServedHome, 'predictionStatistics' | 'canaryStatistics'>,
): PredictionReadings {
  return {
    versions: () => served.predictionStatistics().map(measuredVersion),
    canaries: () => served.canaryStatistics(),
  };
}

/** The statistics of a version as the metrics have them. */
function measuredVersion(statistics: VersionStatistics): MeasuredVersion {
  const { model, version, success, fail, queue, computeInput, computeInfer, computeOutput } = statistics;
  const { inferenceCount: rows, executionCount: executions, drift } = statistics;
  return {
    ...{ model, version, rows, executions },
    answered: success.count,
    failed: fail.count,
    seconds: success.ns / 1e9,
    queueSeconds: queue.ns / 1e9,
    computeSeconds: (computeInput.ns + computeInfer.ns + computeOutput.ns) / 1e9,
    ...(drift === undefined ? {} : { drift }),
  };
}
