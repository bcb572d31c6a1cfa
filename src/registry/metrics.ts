import type { MetricDirection } from '../api/index.ts';
import { quoteForMessage } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';

/** Metrics of which less is better, in their normal spelling. */
export const LOWER_IS_BETTER: readonly string[] = [
  // regression
  ...['mae', 'mean_absolute_error', 'mse', 'mean_squared_error', 'rmse', 'root_mean_squared_error'],
  ...['rmsle', 'msle', 'mean_squared_log_error', 'root_mean_squared_log_error'],
  ...['mape', 'mean_absolute_percentage_error', 'smape', 'wape', 'mase', 'mdape'],
  ...['medae', 'median_absolute_error', 'max_error', 'quantile_loss', 'pinball_loss', 'mean_pinball_loss'],
  ...['huber_loss', 'residual_std', 'mean_poisson_deviance', 'mean_gamma_deviance', 'mean_tweedie_deviance'],
  ...['deviance', 'nrmse', 'rse', 'rae', 'crps', 'aic', 'bic'],
  // classification and probabilities
  ...[
    'loss',
    'log_loss',
    'logloss',
    'cross_entropy',
    'nll',
    'negative_log_likelihood',
    'brier',
    'brier_score',
  ],
  ...['brier_score_loss', 'hinge', 'hinge_loss', 'zero_one_loss', 'hamming_loss', 'error', 'error_rate'],
  ...['fpr', 'false_positive_rate', 'fnr', 'false_negative_rate', 'fdr', 'ece', 'expected_calibration_error'],
  ...['mce', 'eer', 'kl', 'kl_divergence', 'coverage_error', 'ranking_loss'],
  // text, speech, images, clusters, cost
  ...['perplexity', 'bits_per_byte', 'wer', 'word_error_rate', 'cer', 'character_error_rate', 'ter', 'fid'],
  ...['lpips', 'davies_bouldin', 'davies_bouldin_score', 'inertia', 'latency', 'latency_ms'],
];

/** Metrics of which more is better, in their normal spelling. */
export const HIGHER_IS_BETTER: readonly string[] = [
  // classification
  ...['accuracy', 'acc', 'balanced_accuracy', 'top_1_accuracy', 'top_5_accuracy', 'top_k_accuracy'],
  ...['precision', 'recall', 'f1', 'f1_score', 'f2', 'f_beta', 'fbeta', 'fbeta_score'],
  ...['auc', 'roc_auc', 'auroc', 'pr_auc', 'auprc', 'average_precision', 'ap', 'gini'],
  ...['mcc', 'matthews_corrcoef', 'kappa', 'cohen_kappa', 'cohen_kappa_score'],
  ...['tpr', 'true_positive_rate', 'tnr', 'true_negative_rate', 'sensitivity', 'specificity', 'npv', 'ppv'],
  ...['jaccard', 'jaccard_score', 'exact_match', 'log_likelihood', 'informedness'],
  // regression
  ...['r2', 'r2_score', 'adjusted_r2', 'explained_variance', 'explained_variance_score', 'd2'],
  ...['d2_absolute_error_score', 'pearson', 'pearsonr', 'spearman', 'spearmanr', 'kendall_tau'],
  // ranking
  ...['ndcg', 'dcg', 'map', 'mean_average_precision', 'mrr', 'mean_reciprocal_rank', 'hit_rate'],
  // text, images, clusters
  ...['bleu', 'sacrebleu', 'rouge', 'rouge_1', 'rouge_2', 'rouge_l', 'meteor', 'chrf', 'bertscore'],
  ...['iou', 'mean_iou', 'miou', 'dice', 'dice_score', 'pq', 'psnr', 'ssim'],
  ...['silhouette', 'silhouette_score', 'calinski_harabasz', 'calinski_harabasz_score'],
  ...['adjusted_rand_score', 'ari', 'nmi', 'normalized_mutual_info_score', 'v_measure', 'homogeneity'],
  ...['completeness', 'purity', 'throughput', 'robustness', 'robustness_score', 'score'],
];

const DIRECTIONS: ReadonlyMap<string, MetricDirection> = new Map([
  ...LOWER_IS_BETTER.map((name) => [name, 'lower'] as const),
  ...HIGHER_IS_BETTER.map((name) => [name, 'higher'] as const),
]);

/** On what it was measured: it changes nothing about the direction. */
const PREFIX = /^(?:val|valid|validation|test|train|training|eval|dev|holdout|cv|oof|mean|avg|best|final)_/;
/** How it was averaged or cut off: neither does this. */
const SUFFIX = /(?:_(?:macro|micro|weighted|samples|binary|mean|avg|ovr|ovo|at_\d{1,6})|@\d{1,6})$/;

const NAME = /^[a-z0-9](?:[a-z0-9_.@/]{0,62}[a-z0-9_])?$/;

/** The normal spelling of a metric: lower case, `-` and space as `_`. Throws `METRIC_INVALID`. */
export function normalizeMetricName(text: string): string {
  const name = text.toLowerCase().replace(/[- ]/g, '_');
  if (!NAME.test(name)) throw new StrongroomError('METRIC_INVALID', `not a metric: ${quoteForMessage(text)}`);
  return name;
}

/** A value that can be compared. Throws `METRIC_INVALID` for NaN and infinity. */
export function parseMetricValue(name: string, value: number): number {
  if (!Number.isFinite(value)) {
    throw new StrongroomError('METRIC_INVALID', `the value of ${name} is not a finite number: ${value}`);
  }
  // -0 and 0 are the same score, and only one of them survives the way through JSON.
  return value === 0 ? 0 : value;
}

/**
 * Whether more or less of a metric is better: what the model says itself, else the built-in table, also for names
 * with a prefix such as `val_`, a suffix such as `_macro` or `@5`, and scikit-learn's `neg_`. `undefined` when neither knows.
 */
export function directionOf(
  metric: string,
  own: Readonly<Record<string, MetricDirection>> = {},
): MetricDirection | undefined {
  const name = normalizeMetricName(metric);
  return Object.hasOwn(own, name) ? own[name] : lookUp(name);
}

function lookUp(name: string): MetricDirection | undefined {
  const known = DIRECTIONS.get(name);
  if (known !== undefined) return known;
  if (name.startsWith('neg_')) return opposite(lookUp(name.slice('neg_'.length)));
  if (PREFIX.test(name)) return lookUp(name.replace(PREFIX, ''));
  return SUFFIX.test(name) ? lookUp(name.replace(SUFFIX, '')) : undefined;
}

/** Metrics as they are stored: normal names, sound values, each name once. Throws `METRIC_INVALID`. */
export function normalizeMetrics(metrics: Readonly<Record<string, number>>): ReadonlyMap<string, number> {
  return normalizeEntries(metrics, (name, value) => parseMetricValue(name, value));
}

/** Directions as they are stored. Throws `METRIC_INVALID`. */
export function normalizeDirections(
  directions: Readonly<Record<string, MetricDirection>>,
): ReadonlyMap<string, MetricDirection> {
  return normalizeEntries(directions, (_name, direction) => direction);
}

/** Throws `METRIC_DIRECTION_UNKNOWN` unless it is known which way the metric is better. */
export function getDirection(
  metric: string,
  own: Readonly<Record<string, MetricDirection>>,
): MetricDirection {
  const direction = directionOf(metric, own);
  if (direction !== undefined) return direction;
  throw new StrongroomError('METRIC_DIRECTION_UNKNOWN', `is more or less of ${metric} better?`, {
    hint: `say which: --direction ${metric}=higher, or =lower`,
  });
}

function normalizeEntries<From, To>(
  record: Readonly<Record<string, From>>,
  convert: (name: string, value: From) => To,
): ReadonlyMap<string, To> {
  const normal = new Map<string, To>();
  for (const [text, value] of Object.entries(record)) {
    const name = normalizeMetricName(text);
    if (normal.has(name)) throw new StrongroomError('METRIC_INVALID', `the metric ${name} is given twice`);
    normal.set(name, convert(name, value));
  }
  return normal;
}

function opposite(direction: MetricDirection | undefined): MetricDirection | undefined {
  if (direction === undefined) return undefined;
  return direction === 'higher' ? 'lower' : 'higher';
}
