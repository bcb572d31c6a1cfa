import { displayWidth, escapeText, fitText, paint, type Terminal, type Tone } from './terminal.ts';

/** One column: its heading, and how its cells stand. */
export interface Column {
  readonly heading: string;
  readonly align?: 'left' | 'right';
  /** Cut this column first when the terminal is too narrow. */
  readonly isFlexible?: boolean;
}

/** One cell: text (escaped here, so hostile text may come in), with a tone where it matters. */
export type Cell = string | { readonly text: string; readonly tone: Tone };

const GAP = 2;
/** A cut column keeps at least this many columns, enough to recognise a name. */
const NARROWEST = 8;

/** Rows under headings, aligned, as lines without a final newline. In a pipe nothing is cut. */
export function formatTable(
  terminal: Terminal,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
): string {
  const cells = rows.map((row) => columns.map((_, at) => shownCell(row[at] ?? '')));
  const headings = columns.map(({ heading }): ShownCell => ({ text: heading, tone: 'strong' }));
  const lines = [headings, ...cells];
  const widths = fitWidths(
    terminal,
    columns,
    lines.map((line) => line.map((cell) => displayWidth(cell.text))),
  );
  return lines.map((line) => formatLine(terminal, columns, { line, widths })).join('\n');
}

interface ShownCell {
  readonly text: string;
  readonly tone: Tone;
}

function shownCell(cell: Cell): ShownCell {
  return typeof cell === 'string'
    ? { text: escapeText(cell), tone: 'plain' }
    : { text: escapeText(cell.text), tone: cell.tone };
}

function fitWidths(
  terminal: Terminal,
  columns: readonly Column[],
  measured: readonly (readonly number[])[],
): number[] {
  const widths = columns.map((_, at) => Math.max(...measured.map((line) => line[at] ?? 0)));
  if (terminal.columns === undefined) return widths;
  let excess = widths.reduce((sum, width) => sum + width + GAP, -GAP) - terminal.columns;
  for (const [at, column] of columns.entries()) {
    const width = widths[at] ?? 0;
    if (column.isFlexible !== true || excess <= 0) continue;
    const cut = Math.min(excess, Math.max(0, width - NARROWEST));
    widths[at] = width - cut;
    excess -= cut;
  }
  return widths;
}

function formatLine(
  terminal: Terminal,
  columns: readonly Column[],
  row: {
    readonly line: readonly ShownCell[];
    readonly widths: readonly number[];
  },
): string {
  const parts = row.line.map(({ text, tone }, at) => {
    const width = row.widths[at] ?? 0;
    const fitted = fitText(text, width);
    const padding = ' '.repeat(Math.max(0, width - displayWidth(fitted)));
    const painted = paint(terminal, tone, fitted);
    if (columns[at]?.align === 'right') return padding + painted;
    return at === columns.length - 1 ? painted : painted + padding;
  });
  return parts.join(' '.repeat(GAP)).trimEnd();
}

/** Names and values, one pair a line, values aligned; pairs without a value are left out. */
export function formatFields(
  terminal: Terminal,
  fields: readonly (readonly [name: string, value: Cell | undefined])[],
): string {
  const shown = fields.filter((field): field is readonly [string, Cell] => field[1] !== undefined);
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown
    .map(([name, value]) => {
      const cell = shownCell(value);
      const label = paint(terminal, 'quiet', name.padEnd(width));
      return `${label}  ${paint(terminal, cell.tone, cell.text)}`.trimEnd();
    })
    .join('\n');
}
