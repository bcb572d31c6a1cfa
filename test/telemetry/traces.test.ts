import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { createTracer, formatOtlpTraces, type Span } from '../../src/telemetry/index.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

function tracerOf(percent: number) {
  const spans: Span[] = [];
  const clock = { now: 1_700_000_000_000 };
  const randomHex = (bytes: number) => randomBytes(bytes).toString('hex');
  const tracer = createTracer({
    randomHex,
    percent,
    now: () => clock.now,
    onSpan: (span) => spans.push(span),
  });
  const what = { name: 'GET /x', isError: false, attributes: {} };
  const begin = (header?: string) => tracer.begin(header);
  return { spans, clock, begin, what };
}

test('a span goes on with the trace of whoever calls', () => {
  const { spans, clock, begin, what } = tracerOf(0);
  const active = begin(`00-${TRACE}-${SPAN}-01`);
  clock.now += 12.5;
  active?.end(what);
  const { spanId, ...span } = spans[0]!;
  assert.match(spanId, /^[0-9a-f]{16}$/);
  assert.notEqual(spanId, SPAN);
  assert.deepEqual(span, {
    ...what,
    ...{ traceId: TRACE, parentSpanId: SPAN, startMs: 1_700_000_000_000, endMs: 1_700_000_000_012.5 },
  });
});

test('the caller decides whether its trace is kept, the percentage whether others are', () => {
  const { begin } = tracerOf(100);
  assert.equal(begin(`00-${TRACE}-${SPAN}-00`), undefined);
  assert.equal(begin(`00-${TRACE}-${SPAN}-02`), undefined);
  assert.notEqual(begin(`00-${TRACE}-${SPAN}-03`), undefined);
  assert.notEqual(begin(), undefined);
  assert.equal(tracerOf(0).begin(), undefined);
  const { begin: some } = tracerOf(30);
  const kept = Array.from({ length: 2000 }, () => some()).filter((span) => span !== undefined).length;
  assert.ok(kept > 400 && kept < 800, `${kept} of 2000`);
});

test('a header that is malformed counts as none', () => {
  const good = `00-${TRACE}-${SPAN}-01`;
  for (const header of [
    '',
    good.slice(1),
    `${good}-more`,
    good.replace('00-', 'ff-'),
    good.toUpperCase(),
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    ` ${good}`,
    `01-${TRACE}-${SPAN}-01-${'x'.repeat(600)}`,
  ]) {
    assert.notEqual(tracerOf(100).begin(header)?.traceId, TRACE, header);
  }
  assert.equal(tracerOf(0).begin(`cc-${TRACE}-${SPAN}-01-what-comes-later`)?.traceId, TRACE);
});

test('whatever the header holds, ids are well-formed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (header) => {
      assert.match(tracerOf(100).begin(header)?.traceId ?? '', /^[0-9a-f]{32}$/);
    }),
  );
});

test('spans are written as OTLP wants them in JSON', () => {
  const span: Span = {
    ...{ traceId: TRACE, spanId: SPAN, parentSpanId: '1111111111111111', name: 'GET /api/v1/models' },
    ...{ startMs: 1_700_000_000_000.25, endMs: 1_700_000_000_001, isError: true },
    attributes: { 'http.request.method': 'GET', 'http.response.status_code': 503 },
  };
  assert.deepEqual(JSON.parse(formatOtlpTraces([span], { version: '1.2.3', instance: 'i' })), {
    resourceSpans: [
      {
        resource: {
          attributes: [
            { key: 'service.name', value: { stringValue: 'strongroom' } },
            { key: 'service.version', value: { stringValue: '1.2.3' } },
            { key: 'service.instance.id', value: { stringValue: 'i' } },
          ],
        },
        scopeSpans: [
          {
            scope: { name: 'strongroom', version: '1.2.3' },
            spans: [
              {
                traceId: TRACE,
                spanId: SPAN,
                parentSpanId: '1111111111111111',
                name: 'GET /api/v1/models',
                kind: 2,
                startTimeUnixNano: '1700000000000250000',
                endTimeUnixNano: '1700000000001000000',
                attributes: [
                  { key: 'http.request.method', value: { stringValue: 'GET' } },
                  { key: 'http.response.status_code', value: { intValue: '503' } },
                ],
                status: { code: 2 },
              },
            ],
          },
        ],
      },
    ],
  });
});
