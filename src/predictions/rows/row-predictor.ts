import type { Inference, ServedModel } from '../../api/index.ts';
import type { Tensor } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { type ColumnPlan, planColumns } from './column-plan.ts';
import { csvRowReader } from './csv.ts';
import { type Prediction, readAnswer } from './read-answer.ts';
import { inGroups } from './row-stream.ts';
import { type Row, rowReader, rowTensors } from './row-tensors.ts';

/** Rows that one question to the model holds where they stream. */
const GROUP_ROWS = 256;

/** What rows are asked with. */
export interface RowPredictorDeps {
  readonly served: Pick<ServedModel, 'signature' | 'schema'>;
  /** Asks the model. */
  readonly ask: (inputs: readonly Tensor[]) => Promise<Pick<Inference, 'outputs' | 'version'>>;
}

/** What came of some rows. */
export interface PredictedRows {
  /** The version that answered last. */
  readonly version: number;
  readonly predictions: readonly Prediction[];
}

/** Asks a model about rows of features. */
export class RowPredictor {
  readonly #deps: RowPredictorDeps;

  constructor(deps: RowPredictorDeps) {
    this.#deps = deps;
  }

  /**
   * Rows as JSON has them, all in one question, or in as many as a model with a batch of fixed size takes. `first` is
   * the number of the first row, for messages. Throws `FEATURE_INVALID`, `SCHEMA_MISMATCH`, what `infer` throws.
   */
  async predict(values: readonly unknown[], first = 0): Promise<PredictedRows> {
    if (values.length === 0) throw new StrongroomError('FEATURE_INVALID', 'there are no rows');
    const plan = planColumns(this.#deps.served, widthOf(values[0]));
    const read = rowReader(plan);
    const rows = values.map((value, at) => read(value, first + at));
    const size = groupSize(plan, rows.length);
    const parts: PredictedRows[] = [];
    for (let at = 0; at < rows.length; at += size)
      parts.push(await this.#ask(rows.slice(at, at + size), plan, first + at));
    return {
      version: parts.at(-1)?.version ?? 0,
      predictions: parts.flatMap(({ predictions }) => predictions),
    };
  }

  /** Rows as they arrive, group by group. */
  async *predictStream(values: AsyncIterable<unknown>): AsyncGenerator<PredictedRows> {
    let first = 0;
    for await (const group of inGroups(values, this.#groupRows())) {
      yield await this.predict(group, first);
      first += group.length;
    }
  }

  /** Records of CSV as they arrive, group by group; the first one names the features where `hasHeader`. */
  async *predictCsv(
    records: AsyncIterable<readonly string[]>,
    hasHeader: boolean,
  ): AsyncGenerator<PredictedRows> {
    yield* this.predictStream(this.#csvRows(records, hasHeader));
  }

  async *#csvRows(records: AsyncIterable<readonly string[]>, hasHeader: boolean): AsyncGenerator<Row> {
    let read: ReturnType<typeof csvRowReader> | undefined;
    let row = 0;
    for await (const record of records) {
      if (read === undefined) {
        const plan = planColumns(this.#deps.served, record.length);
        read = csvRowReader(plan, hasHeader ? record : undefined);
        if (hasHeader) continue;
      }
      yield read(record, row);
      row++;
    }
  }

  #groupRows(): number {
    const { signature, schema } = this.#deps.served;
    const [rows = -1] = signature.inputs.map(({ shape }) => shape[0] ?? 1);
    const most = Math.min(GROUP_ROWS, schema?.maxRows ?? GROUP_ROWS);
    return rows <= 0 || rows > most ? most : most - (most % rows);
  }

  async #ask(rows: readonly Row[], plan: ColumnPlan, first: number): Promise<PredictedRows> {
    const { ask, served } = this.#deps;
    const { outputs, version } = await ask(rowTensors(rows, plan, first));
    return { version, predictions: readAnswer(outputs, rows.length, served) };
  }
}

function widthOf(row: unknown): number | undefined {
  if (Array.isArray(row)) return row.length;
  return typeof row === 'object' && row !== null ? Object.keys(row).length : undefined;
}

function groupSize({ rowsAtOnce }: ColumnPlan, rows: number): number {
  if (rowsAtOnce === undefined) return rows;
  if (rows % rowsAtOnce === 0) return rowsAtOnce;
  throw new StrongroomError(
    'FEATURE_INVALID',
    `the model takes exactly ${rowsAtOnce} rows at once, and there are ${rows}`,
  );
}
