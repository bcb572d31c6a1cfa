import type { VersionStatistics } from '../api/index.ts';
import type { MeasuredVersion } from '../telemetry/index.ts';

/** The statistics of a version as the metrics have them. */
export function measuredVersion(statistics: VersionStatistics): MeasuredVersion {
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
