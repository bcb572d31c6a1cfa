import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  directionOf,
  HIGHER_IS_BETTER,
  LOWER_IS_BETTER,
  normalizeMetricName,
  parseMetricValue,
} from '../../src/registry/index.ts';
import { withCode } from '../storage/temporary-folder.ts';

test('knows the usual metrics of regression and classification', () => {
  for (const name of [
    'MAE',
    'mse',
    'RMSE',
    'mape',
    'log-loss',
    'Log Loss',
    'perplexity',
    'wer',
    'fpr',
    'ece',
  ]) {
    assert.equal(directionOf(name), 'lower', name);
  }
  for (const name of [
    'accuracy',
    'F1',
    'f1-macro',
    'AUC',
    'ROC AUC',
    'r2',
    'mcc',
    'ndcg',
    'map',
    'top_5_accuracy',
  ]) {
    assert.equal(directionOf(name), 'higher', name);
  }
});

test('lists each metric once, in its normal spelling', () => {
  const all = [...LOWER_IS_BETTER, ...HIGHER_IS_BETTER];
  assert.equal(new Set(all).size, all.length);
  for (const name of all) assert.equal(normalizeMetricName(name), name);
});

test('looks through what it was measured on and how it was averaged', () => {
  for (const [name, direction] of [
    ['val_accuracy', 'higher'],
    ['test-rmse', 'lower'],
    ['precision_macro', 'higher'],
    ['recall@5', 'higher'],
    ['ndcg_at_10', 'higher'],
    ['mean_val_f1_weighted', 'higher'],
    ['neg_mean_squared_error', 'higher'],
    ['val_neg_log_loss', 'higher'],
  ] as const) {
    assert.equal(directionOf(name), direction, name);
  }
});

test('does not guess', () => {
  for (const name of ['lift', 'my_accuracy_error_thing', 'neg_', 'val_', 'neg_lift', '@5x', 'a']) {
    if (name.startsWith('@')) continue;
    assert.equal(directionOf(name), undefined, name);
  }
  assert.equal(directionOf('constructor'), undefined);
});

test("a model's own direction wins over the table", () => {
  assert.equal(directionOf('Accuracy', { accuracy: 'lower' }), 'lower');
});

test('refuses names that are none', () => {
  for (const name of ['', '-', 'a b\u0000', 'ac\u0441uracy', 'a'.repeat(65), '__proto__', 'é', 'a=b']) {
    assert.throws(() => normalizeMetricName(name), withCode('METRIC_INVALID'), name);
  }
});

test('refuses values that cannot be compared and makes one zero of two', () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    assert.throws(() => parseMetricValue('mae', value), withCode('METRIC_INVALID'));
  }
  assert.equal(Object.is(parseMetricValue('mae', -0), 0), true);
  assert.equal(parseMetricValue('mae', -1.5), -1.5);
});
