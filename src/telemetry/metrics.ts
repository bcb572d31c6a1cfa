import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { addPredictionMetrics, type PredictionReadings } from './prediction-metrics.ts';

/** One answered request, in words that are few: every word is a time series. */
export interface MeasuredRequest {
  readonly method: string;
  /** Id of its row in the table of routes; `none` where nobody serves the address. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

/**
 * What the server counts of itself, in the text format of Prometheus. Labels hold nothing that a client chose freely,
 * but for the names of models that are served.
 */
export interface Metrics {
  request(request: MeasuredRequest): void;
  /** A request turned away by a limit: the name of its policy, or `blocked`. */
  refusal(policy: string): void;
  /** A scenario of the intrusion detection that came about. */
  detection(scenario: string): void;
  /** What the defence against copying noticed: an alarm, or the level that somebody went to. */
  extraction(what: string): void;
  /** Addresses that are blocked now. */
  blocks(count: number): void;
  /** Lines of the log that could not be forwarded. */
  lostLogLines(count: number): void;
  /** Spans that no collector took. */
  lostSpans(count: number): void;
  /** Who tells of the versions that are served and of canaries, from now on; asked with every reading. */
  predictions(read: PredictionReadings): void;
  /** The exposition, and its media type. */
  read(): Promise<{ readonly type: string; readonly text: string }>;
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60];

/** The time series of some labels, looked up once: labels are few, and checking them costs more than counting. */
function childOf<Labels extends readonly (string | number)[], Child>(
  make: (...labels: Labels) => Child,
): (...labels: Labels) => Child {
  const known = new Map<string, Child>();
  return (...labels) => {
    const name = labels.join(' ');
    let child = known.get(name);
    if (child === undefined) known.set(name, (child = make(...labels)));
    return child;
  };
}

/** Counts and times requests. */
function requestMeter(registers: Registry[]): Metrics['request'] {
  const requests = new Counter({
    name: 'strongroom_requests_total',
    help: 'Answered requests',
    labelNames: ['method', 'route', 'status'] as const,
    registers,
  });
  const seconds = new Histogram({
    name: 'strongroom_request_seconds',
    help: 'Seconds to the end of an answer',
    labelNames: ['route'] as const,
    buckets: SECONDS,
    registers,
  });
  const counterOf = childOf((method: string, route: string, status: number) =>
    requests.labels({ method, route, status }),
  );
  const timerOf = childOf((route: string) => seconds.labels({ route }));
  return ({ method, route, status, seconds: took }) => {
    counterOf(METHODS.has(method) ? method : 'other', route, status).inc();
    timerOf(route).observe(took);
  };
}

/** Metrics of one server, in a registry of its own. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const refusals = new Counter({
    name: 'strongroom_refusals_total',
    help: 'Requests that a limit or a block turned away',
    labelNames: ['policy'] as const,
    registers,
  });
  const detections = new Counter({
    name: 'strongroom_detections_total',
    help: 'Scenarios of the intrusion detection that came about',
    labelNames: ['scenario'] as const,
    registers,
  });
  const blocks = new Gauge({ name: 'strongroom_blocks', help: 'Addresses that are blocked', registers });
  const lost = new Counter({
    name: 'strongroom_lost_log_lines_total',
    help: 'Lines of the log that could not be written or forwarded',
    registers,
  });
  const lostSpans = new Counter({
    name: 'strongroom_lost_spans_total',
    help: 'Spans of traces that the collector did not take',
    registers,
  });
  return {
    request: requestMeter(registers),
    refusal: (policy) => refusals.inc({ policy }),
    detection: (scenario) => detections.inc({ scenario }),
    extraction: extractionCounter(registry),
    blocks: (count) => blocks.set(count),
    lostLogLines: (count) => lost.inc(count),
    lostSpans: (count) => lostSpans.inc(count),
    predictions: (read) => {
      addPredictionMetrics(registry, read);
    },
    read: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  };
}

function extractionCounter(registry: Registry): Metrics['extraction'] {
  const counter = new Counter({
    name: 'strongroom_extraction_total',
    help: 'Alarms of the defence against copying models, and changes to each of its levels',
    labelNames: ['what'] as const,
    registers: [registry],
  });
  return (what) => counter.inc({ what });
}
