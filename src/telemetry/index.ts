export {
  createLog,
  type Log,
  type LogDestination,
  type LogFields,
  type LogLevel,
  type LogLine,
  type LogOptions,
  type LogStream,
} from './log.ts';
export { createMetrics, type MeasuredRequest, type Metrics } from './metrics.ts';
export { formatOtlpTraces, type TracedService } from './otlp-traces.ts';
export type { MeasuredVersion, PredictionReadings } from './prediction-metrics.ts';
export { redactText } from './redact-text.ts';
export { type SyslogOrigin, syslogFrame } from './syslog-line.ts';
export { type ActiveSpan, createTracer, type Span, type Tracer } from './tracer.ts';
