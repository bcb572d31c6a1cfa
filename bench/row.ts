/** One line of the result. */
export interface Row {
  readonly name: string;
  /** What a reader is told that was measured. */
  readonly what: string;
  readonly value: number;
  readonly unit: 'ratio' | 'MiB' | 'ms' | 's' | 'count';
  /** The limit of design, and on which side of it to be. */
  readonly budget: { readonly atMost: number } | { readonly atLeast: number };
  readonly isMet: boolean;
  /** The times behind it, in the unit that each name ends in. */
  readonly detail: Readonly<Record<string, number | readonly number[]>>;
}

/** Builds a row and judges it. */
export function makeRow(row: Omit<Row, 'isMet'>): Row {
  const { budget } = row;
  const isMet = 'atMost' in budget ? row.value <= budget.atMost : row.value >= budget.atLeast;
  const detail = Object.fromEntries(
    Object.entries(row.detail).map(([name, value]) => [
      name,
      typeof value === 'number' ? round(value) : value.map((one) => round(one)),
    ]),
  );
  return { ...row, value: round(row.value), isMet, detail };
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
