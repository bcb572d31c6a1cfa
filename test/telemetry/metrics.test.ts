import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createMetrics } from '../../src/telemetry/index.ts';
import { parseExposition } from './exposition.ts';

test('what is counted comes out in the text format of Prometheus', async () => {
  const metrics = createMetrics();
  for (const seconds of [0.001, 0.02, 0.02, 3, 1000]) {
    metrics.request({ method: 'GET', route: 'models.list', status: 200, seconds });
  }
  metrics.request({ method: 'DELETE', route: 'none', status: 404, seconds: 0 });
  metrics.refusal('blocked');
  metrics.refusal('log-in');
  metrics.detection('token-guessing');
  metrics.blocks(3);
  metrics.lostLogLines(2);
  const { type, text } = await metrics.read();
  assert.match(type, /^text\/plain; version=0\.0\.4; charset=utf-8$/);
  const families = parseExposition(text);
  const value = (name: string, labels: object = {}) => {
    const [family = ''] = /^strongroom_.*?(?=_(?:bucket|sum|count)$|$)/.exec(name) ?? [];
    const same = (other: object) => JSON.stringify(other) === JSON.stringify(labels);
    return families.get(family)?.samples.find((sample) => sample.name === name && same(sample.labels))?.value;
  };
  const list = { method: 'GET', route: 'models.list', status: '200' };
  assert.equal(value('strongroom_requests_total', list), 5);
  assert.equal(value('strongroom_request_seconds_bucket', { le: '0.025', route: 'models.list' }), 3);
  assert.equal(value('strongroom_request_seconds_count', { route: 'models.list' }), 5);
  assert.equal(value('strongroom_refusals_total', { policy: 'blocked' }), 1);
  assert.equal(value('strongroom_detections_total', { scenario: 'token-guessing' }), 1);
  assert.equal(value('strongroom_blocks'), 3);
  assert.equal(value('strongroom_lost_log_lines_total'), 2);
  assert.equal(families.get('process_resident_memory_bytes')?.type, 'gauge');
});

test('versions that are served are counted by model and version, as they stand when somebody reads', async () => {
  const metrics = createMetrics();
  const sums = {
    failed: 1,
    rows: 12,
    executions: 3,
    seconds: 0.5,
    queueSeconds: 0.25,
    computeSeconds: 0.125,
  };
  let answered = 7;
  metrics.predictions({
    versions: () => [
      { model: 'acme/churn', version: 2, answered, ...sums, drift: 0.3 },
      { model: 'acme/churn', version: 3, answered: 1, ...sums },
    ],
    canaries: () => [
      { ...{ model: 'acme/churn', alias: 'production', version: 3 }, answered, failed: 2, unfit: 0 },
    ],
  });
  for (const expected of [7, 9]) {
    answered = expected;
    const families = parseExposition((await metrics.read()).text);
    const samples = (name: string) =>
      families.get(name)?.samples.map(({ labels, value }) => [labels['version'], value]);
    assert.deepEqual(samples('strongroom_predictions_total'), [
      ['2', expected],
      ['3', 1],
    ]);
    assert.deepEqual(
      families
        .get('strongroom_canary_questions_total')
        ?.samples.map(({ labels, value }) => [labels['alias'], labels['outcome'], value]),
      [
        ['production', 'answered', expected],
        ['production', 'failed', 2],
        ['production', 'unfit', 0],
      ],
    );
    assert.deepEqual(samples('strongroom_prediction_drift'), [['2', 0.3]]);
    assert.deepEqual(samples('strongroom_prediction_queue_seconds_total'), [
      ['2', 0.25],
      ['3', 0.25],
    ]);
  }
});

test('methods that somebody made up are one series', async () => {
  const metrics = createMetrics();
  for (const method of ['BREW', 'X"} 1\nforged 2', '\\']) {
    metrics.request({ method, route: 'none', status: 405, seconds: 0 });
  }
  const samples = parseExposition((await metrics.read()).text).get('strongroom_requests_total')?.samples;
  assert.deepEqual(
    samples?.map(({ labels, value }) => [labels['method'], value]),
    [['other', 3]],
  );
});

suite('the parser of the test', () => {
  const sound = '# HELP a b\n# TYPE a counter\na{x="1"} 1\n';
  for (const [what, text] of [
    ['a sample without its type', 'a 1\n'],
    ['a type without its help', '# TYPE a counter\na 1\n'],
    ['a series twice', `${sound}a{x="1"} 2\n`],
    ['a metric in two groups', `${sound}# HELP b c\n# TYPE b gauge\nb 1\na{x="2"} 2\n`],
    ['a metric that begins twice', `${sound}${sound}`],
    ['a counter below zero', sound.replace(' 1\n', ' -1\n')],
    ['a value that is no number', sound.replace(' 1\n', ' one\n')],
    ['a label that does not end', sound.replace('"1"', '"1')],
    ['no line feed at the end', sound.trimEnd()],
    [
      'buckets that fall',
      '# HELP h h\n# TYPE h histogram\nh_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n',
    ],
  ] as const) {
    test(`refuses ${what}`, () => {
      assert.ok(parseExposition(sound).has('a'));
      assert.throws(() => parseExposition(text));
    });
  }
});
