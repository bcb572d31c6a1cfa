import type { ExtractionPoint, StrategyReport } from './extraction.ts';

const WIDTH = 860;
const HEIGHT = 480;
const PLOT = { left: 64, right: 560, top: 56, bottom: 420 } as const;
const COLOURS = [
  '#4269d0',
  '#efb118',
  '#ff725c',
  '#6cc5b0',
  '#3ca951',
  '#ff8ab7',
  '#a463f2',
  '#97bbf5',
  '#9c6b4e',
];

/** What stands over the plot. */
export interface PlotWords {
  readonly title: string;
  readonly subtitle: string;
}

/**
 * Fidelity of the best copy by questions asked, as an SVG picture that stands by itself: a colour for each strategy, solid
 * with the policy alone, dashed with the detectors, a ring where the alarm came.
 */
export function plotExtraction(reports: readonly StrategyReport[], { title, subtitle }: PlotWords): string {
  const budgets = reports[0]?.policyAlone.map(({ questions }) => questions) ?? [];
  const scale = scaleOf(budgets, reports);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text({ x: PLOT.left, y: 24, words: title, extra: 'font-size="15" font-weight="600"' }),
    text({ x: PLOT.left, y: 42, words: subtitle, extra: 'fill="#555"' }),
    ...axes(budgets, scale),
    ...reports.flatMap((report, at) => curves(report, COLOURS[at % COLOURS.length] ?? '#000', scale)),
    ...legend(reports),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

interface Scale {
  readonly x: (questions: number) => number;
  readonly y: (fidelity: number) => number;
  readonly lowest: number;
}

function scaleOf(budgets: readonly number[], reports: readonly StrategyReport[]): Scale {
  const points = reports.flatMap(({ policyAlone, defended }) => [...policyAlone, ...defended]);
  const least = Math.min(1, ...points.map(({ best }) => best.fidelity));
  const lowest = Math.min(0.9, Math.floor(least * 10) / 10);
  const [first = 1, last = 10] = [budgets[0], budgets.at(-1)];
  const width = Math.log(last / first) || 1;
  return {
    lowest,
    x: (questions) =>
      PLOT.left + ((PLOT.right - PLOT.left) * Math.log(Math.max(questions, first) / first)) / width,
    y: (fidelity) => PLOT.bottom - ((PLOT.bottom - PLOT.top) * (fidelity - lowest)) / (1 - lowest),
  };
}

function axes(budgets: readonly number[], { x, y, lowest }: Scale): readonly string[] {
  const steps = Math.round((1 - lowest) * 10);
  const ticks = Array.from({ length: steps + 1 }, (_, step) => lowest + step / 10);
  return [
    ...ticks.flatMap((tick) => [
      `<line x1="${PLOT.left}" x2="${PLOT.right}" y1="${fixed(y(tick))}" y2="${fixed(y(tick))}" stroke="#e5e5e5"/>`,
      text({
        x: PLOT.left - 8,
        y: y(tick) + 4,
        words: `${Math.round(tick * 100)} %`,
        extra: 'text-anchor="end"',
      }),
    ]),
    ...budgets.flatMap((budget) => [
      `<line x1="${fixed(x(budget))}" x2="${fixed(x(budget))}" y1="${PLOT.bottom}" y2="${PLOT.bottom + 5}" stroke="#333"/>`,
      text({
        x: x(budget),
        y: PLOT.bottom + 20,
        words: budget.toLocaleString('en'),
        extra: 'text-anchor="middle"',
      }),
    ]),
    `<line x1="${PLOT.left}" x2="${PLOT.right}" y1="${PLOT.bottom}" y2="${PLOT.bottom}" stroke="#333"/>`,
    text({
      x: (PLOT.left + PLOT.right) / 2,
      y: PLOT.bottom + 42,
      words: 'questions asked (logarithmic)',
      extra: 'text-anchor="middle"',
    }),
    text({
      x: 18,
      y: (PLOT.top + PLOT.bottom) / 2,
      words: 'fidelity of the best copy',
      extra: `text-anchor="middle" transform="rotate(-90 18 ${(PLOT.top + PLOT.bottom) / 2})"`,
    }),
  ];
}

function curves(report: StrategyReport, colour: string, scale: Scale): readonly string[] {
  const line = (points: readonly ExtractionPoint[], extra: string) =>
    `<polyline fill="none" stroke="${colour}" stroke-width="2" ${extra} points="${points
      .map(({ questions, best }) => `${fixed(scale.x(questions))},${fixed(scale.y(best.fidelity))}`)
      .join(' ')}"/>`;
  const { atDetection: alarm } = report;
  return [
    line(report.policyAlone, ''),
    line(report.defended, 'stroke-dasharray="5 4"'),
    ...(alarm === undefined
      ? []
      : [
          `<circle cx="${fixed(scale.x(alarm.questions))}" cy="${fixed(scale.y(Math.max(alarm.best.fidelity, scale.lowest)))}" r="4.5" fill="#fff" stroke="${colour}" stroke-width="2"/>`,
        ]),
  ];
}

function legend(reports: readonly StrategyReport[]): readonly string[] {
  const x = PLOT.right + 24;
  const keys = [
    { extra: '', words: 'output policy alone' },
    { extra: 'stroke-dasharray="5 4"', words: 'with the detectors' },
  ];
  const bottom = PLOT.top + 24 + reports.length * 22;
  return [
    ...reports.flatMap(({ strategy, detectedAt }, at) => {
      const y = PLOT.top + 12 + at * 22;
      const alarm = detectedAt === undefined ? 'no alarm' : `alarm at ${detectedAt}`;
      return [
        `<line x1="${x}" x2="${x + 24}" y1="${y}" y2="${y}" stroke="${COLOURS[at % COLOURS.length] ?? '#000'}" stroke-width="3"/>`,
        text({ x: x + 32, y: y + 4, words: `${strategy} (${alarm})` }),
      ];
    }),
    ...keys.flatMap(({ extra, words }, at) => [
      `<line x1="${x}" x2="${x + 24}" y1="${bottom + at * 20}" y2="${bottom + at * 20}" stroke="#333" stroke-width="2" ${extra}/>`,
      text({ x: x + 32, y: bottom + 4 + at * 20, words }),
    ]),
    `<circle cx="${x + 12}" cy="${bottom + 40}" r="4.5" fill="#fff" stroke="#333" stroke-width="2"/>`,
    text({ x: x + 32, y: bottom + 44, words: 'where the alarm came' }),
  ];
}

interface Text {
  readonly x: number;
  readonly y: number;
  readonly words: string;
  readonly extra?: string;
}

function text({ x, y, words, extra = '' }: Text): string {
  return `<text x="${fixed(x)}" y="${fixed(y)}" ${extra}>${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function fixed(value: number): string {
  return value.toFixed(1);
}
