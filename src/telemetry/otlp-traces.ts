import type { Span } from './tracer.ts';

const SERVER = 2;
const ERROR = 2;

/** What the spans are of. */
export interface TracedService {
  readonly version: string;
  /** Tells servers of one name apart. */
  readonly instance: string;
}

/** Spans as OTLP/HTTP wants them in JSON (opentelemetry-proto 1.x): ids in hexadecimal, 64-bit numbers as text. */
export function formatOtlpTraces(spans: readonly Span[], { version, instance }: TracedService): string {
  const resource = {
    'service.name': 'strongroom',
    'service.version': version,
    'service.instance.id': instance,
  };
  const scope = { name: 'strongroom', version };
  return JSON.stringify({
    resourceSpans: [
      { resource: { attributes: attributesOf(resource) }, scopeSpans: [{ scope, spans: spans.map(spanOf) }] },
    ],
  });
}

function spanOf({ traceId, spanId, parentSpanId, name, startMs, endMs, isError, attributes }: Span) {
  return {
    traceId,
    spanId,
    ...(parentSpanId !== undefined && { parentSpanId }),
    name,
    kind: SERVER,
    startTimeUnixNano: nanoseconds(startMs),
    endTimeUnixNano: nanoseconds(endMs),
    attributes: attributesOf(attributes),
    ...(isError && { status: { code: ERROR } }),
  };
}

function attributesOf(attributes: Readonly<Record<string, string | number>>) {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'string' ? { stringValue: value } : { intValue: String(value) },
  }));
}

function nanoseconds(milliseconds: number): string {
  return String(BigInt(Math.round(milliseconds * 1000)) * 1000n);
}
