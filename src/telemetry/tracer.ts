import { parseTraceParent } from './trace-context.ts';

/** How long one thing took, within a trace. Times are milliseconds since the epoch. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly isError: boolean;
  /** Names as the semantic conventions of OpenTelemetry have them; no value is chosen by a client. */
  readonly attributes: Readonly<Record<string, string | number>>;
}

/** A span that has begun. */
export interface ActiveSpan {
  readonly traceId: string;
  end(what: Pick<Span, 'name' | 'isError' | 'attributes'>): void;
}

/** Begins the spans of requests. */
export interface Tracer {
  /** `traceparent`: the header of the request. `undefined`: this trace is not kept. */
  begin(traceparent: string | readonly string[] | undefined): ActiveSpan | undefined;
}

export interface TracerDeps {
  /** So many random bytes in hexadecimal digits. */
  readonly randomHex: (bytes: number) => string;
  /** Of a hundred traces that begin here, how many are kept; whether others are, their beginner decided. */
  readonly percent: number;
  readonly now: () => number;
  readonly onSpan: (span: Span) => void;
}

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

/** A tracer that goes on with the traces of its callers and begins those that have none. */
export function createTracer({ randomHex, percent, now, onSpan }: TracerDeps): Tracer {
  return {
    begin: (traceparent) => {
      const parent = parseTraceParent(traceparent);
      const traceId = parent?.traceId ?? randomHex(TRACE_ID_BYTES);
      if (!(parent?.isSampled ?? isAmong(traceId, percent))) return undefined;
      const startMs = now();
      const spanId = randomHex(SPAN_ID_BYTES);
      return {
        traceId,
        end: (what) =>
          onSpan({
            ...{ traceId, spanId, startMs, endMs: Math.max(startMs, now()), ...what },
            ...(parent && { parentSpanId: parent.spanId }),
          }),
      };
    },
  };
}

/** By the last four bytes, which are random whoever made them, so that every service keeps the same ones. */
function isAmong(traceId: string, percent: number): boolean {
  return Number.parseInt(traceId.slice(-8), 16) < (percent / 100) * 2 ** 32;
}
