import type { InputSchema, ModelSignature, SignatureTensor } from '../../api/index.ts';
import { type Datatype, isOneRow } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';

/** Most features of a row. */
const MAX_FEATURES = 1 << 20;

/** One value of a row. */
export interface Column {
  readonly name: string;
  readonly datatype: Datatype;
}

/** The columns that make one input of the model. */
export interface PlannedInput {
  readonly name: string;
  readonly datatype: Datatype;
  /** Of a row, without the dimension that counts rows. */
  readonly rowShape: readonly number[];
  /** Whether rows are counted by a first dimension. */
  readonly hasRows: boolean;
  readonly width: number;
}

/** How rows of features become the inputs of a model. */
export interface ColumnPlan {
  readonly columns: readonly Column[];
  readonly inputs: readonly PlannedInput[];
  /** The model takes exactly so many rows at once; absent: any number. */
  readonly rowsAtOnce?: number;
}

/** What is known of a model for this. */
export interface PlannedModel {
  readonly signature: ModelSignature;
  readonly schema?: InputSchema;
}

/**
 * Lays out the features of a model: the columns of its inputs, in the order of the signature, with the names of the
 * schema, or without one `input` and `input.3`. `width` is how many features a row has that came in, for models that
 * leave it open. Throws `FEATURE_INVALID` for a model that takes no rows, `SCHEMA_MISMATCH`.
 */
export function planColumns({ signature, schema }: PlannedModel, width?: number): ColumnPlan {
  const open = schema?.features.length ?? width;
  const isOnly = signature.inputs.length === 1;
  const inputs = signature.inputs.map((spec) => planInput(spec, isOnly ? open : undefined));
  const columns = inputs.flatMap(({ name, datatype, width: count }) =>
    Array.from(
      { length: count },
      (_none, at): Column => ({ name: count === 1 ? name : `${name}.${at}`, datatype }),
    ),
  );
  const fixed = signature.inputs.map(({ shape }) => (isOneRow(shape) ? 1 : (shape[0] ?? 1)));
  const rowsAtOnce = fixed.find((rows) => rows !== -1);
  return {
    columns: schema === undefined ? columns : named(columns, schema),
    inputs,
    ...(rowsAtOnce !== undefined && { rowsAtOnce }),
  };
}

function planInput({ name, datatype, shape }: SignatureTensor, open: number | undefined): PlannedInput {
  const hasRows = !isOneRow(shape);
  const declared = hasRows ? shape.slice(1) : shape;
  const known = declared.filter((dimension) => dimension !== -1);
  const product = known.reduce((all, dimension) => all * dimension, 1);
  const free = declared.length - known.length;
  const fillsUp = open !== undefined && open % product === 0;
  if (free > 1 || (free === 1 && !fillsUp) || product > MAX_FEATURES) {
    throw new StrongroomError('FEATURE_INVALID', 'the model takes tensors that are no rows of features', {
      hint: 'ask it by the Open Inference Protocol: POST /v2/models/NAMESPACE/MODEL/infer',
    });
  }
  const rest = (open ?? 0) / product;
  const rowShape = declared.map((dimension) => (dimension === -1 ? rest : dimension));
  return { name, datatype, rowShape, hasRows, width: free === 1 ? (open ?? 0) : product };
}

function named(columns: readonly Column[], { features }: InputSchema): readonly Column[] {
  if (features.length !== columns.length) {
    throw new StrongroomError(
      'SCHEMA_MISMATCH',
      `the model takes ${columns.length} features, and its schema has ${features.length}`,
    );
  }
  return columns.map((column, at) => ({ ...column, name: features[at]?.name ?? column.name }));
}
