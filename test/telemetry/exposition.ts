/** One line of an exposition with a value. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric with all its lines. */
export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary' | 'untyped';
  readonly help: string;
  readonly samples: readonly Sample[];
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const HELP_LINE = new RegExp(`^# HELP (${NAME}) (\\S.*)$`);
const TYPE_LINE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary|untyped)$`);
const SAMPLE_LINE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (\\S+)$`);
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/;
const ENDINGS: Readonly<Record<string, readonly string[]>> = {
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
};

/**
 * Reads the text format of Prometheus, version 0.0.4, and believes nothing: every metric has one HELP and one TYPE line
 * before its samples, and all its samples in one group; no series is there twice; values are numbers; buckets of a
 * histogram rise and end in its count. Throws at the first line that is otherwise.
 */
export function parseExposition(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const families = new Map<string, Family & { readonly samples: Sample[] }>();
  const series = new Set<string>();
  let help: readonly [name: string, text: string] | undefined;
  let current: (Family & { readonly samples: Sample[] }) | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    if (line === '') continue;
    const [, helpName, helpText = ''] = HELP_LINE.exec(line) ?? [];
    const [, typeName, type] = TYPE_LINE.exec(line) ?? [];
    if (helpName !== undefined) {
      if (families.has(helpName)) throw new Error(`${helpName} begins twice`);
      help = [helpName, helpText];
    } else if (typeName !== undefined) {
      if (help?.[0] !== typeName) throw new Error(`the type of ${typeName} does not follow its help`);
      current = { name: typeName, type: type as Family['type'], help: help[1], samples: [] };
      families.set(typeName, current);
    } else {
      const sample = parseSample(line);
      if (current === undefined || !belongs(sample.name, current)) throw new Error(`stray line: ${line}`);
      const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
      if (series.has(key)) throw new Error(`twice: ${line}`);
      series.add(key);
      current.samples.push(sample);
    }
  }
  for (const family of families.values()) assertSound(family);
  return families;
}

function belongs(sample: string, { name, type }: Family): boolean {
  return (ENDINGS[type] ?? ['']).some((ending) => sample === `${name}${ending}`);
}

function parseSample(line: string): Sample {
  const [, name, labelText = '', valueText = ''] = SAMPLE_LINE.exec(line) ?? [];
  if (name === undefined) throw new Error(`no sample: ${line}`);
  // As Go's ParseFloat reads them, whatever their case.
  const value = Number(valueText.replace(/^([+-]?)inf$/i, '$1Infinity'));
  if (Number.isNaN(value) && valueText.toLowerCase() !== 'nan') throw new Error(`no number: ${line}`);
  const labels: Record<string, string> = {};
  for (let rest = labelText; rest !== ''; ) {
    const [all = '', label = '', escaped = ''] = LABEL.exec(rest) ?? [];
    if (all === '' || label in labels) throw new Error(`no label: ${line}`);
    labels[label] = escaped.replaceAll(/\\([\\"n])/g, (_, char: string) => (char === 'n' ? '\n' : char));
    rest = rest.slice(all.length);
  }
  return { name, labels, value };
}

function assertSound({ name, type, samples }: Family): void {
  if (type === 'counter' && samples.some(({ value }) => !(value >= 0))) throw new Error(`${name} is below 0`);
  if (type !== 'histogram') return;
  const groups = Map.groupBy(samples, ({ labels: { le: _, ...others } }) => JSON.stringify(others));
  for (const [labels, group] of groups) {
    const buckets = group.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map((bucket) => Number(bucket.labels['le']?.replace('+Inf', 'Infinity')));
    const counts = buckets.map(({ value }) => value);
    const rises = (numbers: readonly number[]) =>
      numbers.every((each, at) => at === 0 || numbers[at - 1]! <= each);
    const count = group.find((sample) => sample.name === `${name}_count`)?.value;
    const hasSum = group.some((sample) => sample.name === `${name}_sum`);
    const isWhole = bounds.at(-1) === Number.POSITIVE_INFINITY && counts.at(-1) === count && hasSum;
    if (!rises(bounds) || !rises(counts) || !isWhole) throw new Error(`${name}${labels} is no histogram`);
  }
}
