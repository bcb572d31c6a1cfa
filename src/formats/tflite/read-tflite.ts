import type { ByteSource } from '../../bytes/index.ts';
import { FlatBuffer, type FlatTable } from '../flatbuffer/flatbuffer.ts';
import type { FormatProblem } from '../problem.ts';
import { ProblemLog, ReadingHalt } from '../problem-log.ts';

/** What a TFLite model is made of, for those who judge it. */
export interface TfliteDocument {
  readonly version: number;
  /** Names of custom operators; those of TensorFlow itself begin with `Flex`. */
  readonly customOperators: readonly { readonly name: string; readonly offset: number }[];
  /** Names of files that hold weights of the model. */
  readonly externalFiles: readonly { readonly name: string; readonly offset: number }[];
  readonly problems: readonly FormatProblem[];
}

/** How much of a hostile model is followed. */
export interface TfliteLimits {
  /** Reads of a table, a vector or a number; a model takes about twenty per operator. */
  readonly maxReads: number;
}

const DEFAULT_LIMITS: TfliteLimits = { maxReads: 20_000_000 };
/** `BuiltinOperator_CUSTOM` */
const CUSTOM = 32n;
/** tensorflow/compiler/mlir/lite/schema/schema.fbs: numbers of the fields of each table. */
const MODEL = {
  version: 0,
  operatorCodes: 1,
  subgraphs: 2,
  buffers: 4,
  metadata: 6,
  externalGroups: 8,
} as const;
const OPERATOR_CODE = { deprecatedCode: 0, customCode: 1, code: 3 } as const;
const SUBGRAPH = { tensors: 0, inputs: 1, outputs: 2, operators: 3 } as const;
const TENSOR = { shape: 0, buffer: 2, name: 3 } as const;
const OPERATOR = {
  codeIndex: 0,
  inputs: 1,
  outputs: 2,
  customOptions: 5,
  largeOffset: 9,
  largeSize: 10,
} as const;
const BUFFER = { data: 0, offset: 1, size: 2 } as const;
const METADATA = { name: 0, buffer: 1 } as const;
const GROUP_NAME = 0;
const VERSION = 3n;

/**
 * Reads a TFLite model: every table, vector and index is held against its bounds, the data of tensors only by place
 * and length. Never throws for bad bytes.
 */
export async function readTflite(
  source: ByteSource,
  limits: Partial<TfliteLimits> = {},
): Promise<TfliteDocument> {
  const log = new ProblemLog();
  const buffer = new FlatBuffer(source, log, { ...DEFAULT_LIMITS, ...limits }.maxReads);
  const reader = new TfliteReader(buffer, log);
  try {
    await reader.read();
  } catch (error) {
    // A halt has noted its reason already; what was read before it counts.
    if (!(error instanceof ReadingHalt)) throw error;
  }
  const { version, customOperators, externalFiles } = reader;
  return { version, customOperators, externalFiles, problems: log.problems };
}

class TfliteReader {
  version = 0;
  readonly customOperators: { name: string; offset: number }[] = [];
  readonly externalFiles: { name: string; offset: number }[] = [];
  readonly #buffer: FlatBuffer;
  readonly #log: ProblemLog;
  #operatorCodes = 0;
  #buffers = 0;

  constructor(buffer: FlatBuffer, log: ProblemLog) {
    this.#buffer = buffer;
    this.#log = log;
  }

  async read(): Promise<void> {
    const model = await this.#buffer.root();
    const version = await this.#buffer.integer(model, MODEL.version, 4);
    if (version !== VERSION) this.#log.error('TFLITE_VERSION', model.offset, `the schema version ${version}`);
    this.version = Number(version);
    // Names first: a model that is broken further on still has them.
    for await (const code of this.#buffer.tables(model, MODEL.operatorCodes)) await this.#operatorCode(code);
    for await (const group of this.#buffer.tables(model, MODEL.externalGroups)) {
      this.externalFiles.push({
        name: (await this.#buffer.string(group, GROUP_NAME)) ?? '',
        offset: group.offset,
      });
    }
    for await (const table of this.#buffer.tables(model, MODEL.buffers)) await this.#data(table);
    for await (const table of this.#buffer.tables(model, MODEL.metadata)) {
      await this.#buffer.string(table, METADATA.name);
      this.#index(await this.#buffer.integer(table, METADATA.buffer, 4), this.#buffers, table);
    }
    for await (const subgraph of this.#buffer.tables(model, MODEL.subgraphs)) await this.#subgraph(subgraph);
  }

  async #operatorCode(table: FlatTable): Promise<void> {
    this.#operatorCodes++;
    const name = await this.#buffer.string(table, OPERATOR_CODE.customCode);
    const code = await this.#buffer.integer(table, OPERATOR_CODE.code, 4);
    const deprecated = await this.#buffer.integer(table, OPERATOR_CODE.deprecatedCode, 1);
    if (name === undefined && code !== CUSTOM && deprecated !== CUSTOM) return;
    this.customOperators.push({ name: name ?? '', offset: table.offset });
  }

  async #data(table: FlatTable): Promise<void> {
    this.#buffers++;
    await this.#buffer.vector(table, BUFFER.data, 1);
    const offset = await this.#buffer.integer(table, BUFFER.offset, 8);
    const size = await this.#buffer.integer(table, BUFFER.size, 8);
    // 0 and 1 mean that the data is in the table itself.
    if (offset > 1n) this.#range(offset, size, table);
  }

  async #subgraph(subgraph: FlatTable): Promise<void> {
    for await (const tensor of this.#buffer.tables(subgraph, SUBGRAPH.tensors)) {
      await this.#buffer.vector(tensor, TENSOR.shape, 4);
      await this.#buffer.vector(tensor, TENSOR.name, 1);
      this.#index(await this.#buffer.integer(tensor, TENSOR.buffer, 4), this.#buffers, tensor);
    }
    await this.#buffer.vector(subgraph, SUBGRAPH.inputs, 4);
    await this.#buffer.vector(subgraph, SUBGRAPH.outputs, 4);
    for await (const operator of this.#buffer.tables(subgraph, SUBGRAPH.operators)) {
      this.#index(await this.#buffer.integer(operator, OPERATOR.codeIndex, 4), this.#operatorCodes, operator);
      await this.#buffer.vector(operator, OPERATOR.inputs, 4);
      await this.#buffer.vector(operator, OPERATOR.outputs, 4);
      await this.#buffer.vector(operator, OPERATOR.customOptions, 1);
      const offset = await this.#buffer.integer(operator, OPERATOR.largeOffset, 8);
      if (offset > 1n)
        this.#range(offset, await this.#buffer.integer(operator, OPERATOR.largeSize, 8), operator);
    }
  }

  #range(offset: bigint, size: bigint, table: FlatTable): void {
    if (offset + size <= BigInt(this.#buffer.size)) return;
    this.#log.error(
      'TFLITE_BUFFER_RANGE',
      table.offset,
      `data at ${offset} of ${size} bytes, beyond the end of the file`,
    );
  }

  #index(index: bigint, count: number, table: FlatTable): void {
    if (index < BigInt(count)) return;
    this.#log.error('TFLITE_INDEX', table.offset, `the index ${index} of ${count}`);
  }
}
