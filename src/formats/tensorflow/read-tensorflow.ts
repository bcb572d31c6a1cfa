import type { ByteSource } from '../../bytes/index.ts';
import type { FormatProblem } from '../problem.ts';
import { ProblemLog } from '../problem-log.ts';
import type { ProtobufLimits } from '../protobuf/limits.ts';
import {
  hasTooLong,
  type ProtoMessage,
  type ProtoVisitor,
  textOf,
  walkProtobuf,
} from '../protobuf/walk-protobuf.ts';
import { TENSORFLOW_SCHEMA } from './tensorflow-schema.ts';

/** What a `.pb` file of TensorFlow may be; `SavedMetadata` is `keras_metadata.pb`. */
export type TensorflowRoot = 'SavedModel' | 'MetaGraphDef' | 'GraphDef' | 'SavedMetadata';

/** An operator that is used, with the first node that uses it. */
export interface TensorflowOperator {
  readonly operator: string;
  readonly node: string;
  readonly offset: number;
  /** It stands in the body of a function, not in the main graph. */
  readonly isInFunction: boolean;
}

/** What a graph of TensorFlow is made of, for those who judge it. */
export interface TensorflowDocument {
  readonly operators: readonly TensorflowOperator[];
  readonly nodeCount: number;
  /** Functions that the library defines: nodes may name them as operators. */
  readonly functions: ReadonlySet<string>;
  readonly assets: readonly { readonly fileName: string; readonly offset: number }[];
  /** `keras_metadata.pb`: where the JSON of each Keras object stands. */
  readonly kerasObjects: readonly { readonly start: number; readonly end: number }[];
  readonly unknownFields: ReadonlyMap<string, number>;
  readonly problems: readonly FormatProblem[];
}

const MAX_NOTED = 10_000;

/** Walks a graph of TensorFlow with its library of functions; tensors are skipped. Never throws for bad bytes. */
export async function readTensorflow(
  source: ByteSource,
  root: TensorflowRoot,
  limits: Partial<ProtobufLimits> = {},
): Promise<TensorflowDocument> {
  const collector = new Collector();
  const walk = { schema: TENSORFLOW_SCHEMA, type: root, limits };
  const { problems } = await walkProtobuf(source, walk, collector);
  return { ...collector.document(), problems: [...problems, ...collector.log.problems] };
}

class Collector implements ProtoVisitor {
  readonly log = new ProblemLog();
  readonly #operators = new Map<string, TensorflowOperator>();
  readonly #functions = new Set<string>();
  readonly #assets: { fileName: string; offset: number }[] = [];
  readonly #kerasObjects: { start: number; end: number }[] = [];
  readonly #unknown = new Map<string, number>();
  #nodes = 0;

  message(message: ProtoMessage): void {
    if (message.type === 'NodeDef') this.#node(message);
    else if (message.type === 'OpDef') this.#functions.add(textOf(message, 'name') ?? '');
    else if (message.type === 'AssetFileDef') this.#asset(message);
    else if (message.type === 'SavedObject') this.#kerasObject(message);
  }

  unknownField({ type }: ProtoMessage, number: number, offset: number): void {
    const name = `${type}:${number}`;
    if (!this.#unknown.has(name) && this.#unknown.size < MAX_NOTED) this.#unknown.set(name, offset);
  }

  document(): Omit<TensorflowDocument, 'problems'> {
    return {
      operators: [...this.#operators.values()],
      nodeCount: this.#nodes,
      functions: this.#functions,
      assets: this.#assets,
      kerasObjects: this.#kerasObjects,
      unknownFields: this.#unknown,
    };
  }

  #node(message: ProtoMessage): void {
    this.#nodes++;
    const operator = textOf(message, 'op') ?? '';
    if (hasTooLong(message, 'op')) this.log.error('TF_TEXT_TOO_LONG', message.offset, 'a very long operator');
    if (this.#operators.has(operator)) return;
    if (this.#operators.size >= MAX_NOTED) {
      this.log.limit('TF_LIMIT', message.offset, `more than ${MAX_NOTED} different operators`);
      return;
    }
    this.#operators.set(operator, {
      operator,
      node: textOf(message, 'name') ?? '',
      offset: message.offset,
      isInFunction: message.parent?.type === 'FunctionDef',
    });
  }

  #asset(message: ProtoMessage): void {
    if (this.#assets.length >= MAX_NOTED) {
      this.log.limit('TF_LIMIT', message.offset, `more than ${MAX_NOTED} assets`);
      return;
    }
    this.#assets.push({ fileName: textOf(message, 'filename') ?? '', offset: message.offset });
  }

  #kerasObject(message: ProtoMessage): void {
    for (const value of message.values.get('metadata') ?? []) {
      if (typeof value !== 'object' || value.length === 0) continue;
      if (this.#kerasObjects.length < MAX_NOTED) {
        this.#kerasObjects.push({ start: value.offset, end: value.offset + value.length });
      } else this.log.limit('TF_LIMIT', message.offset, `more than ${MAX_NOTED} Keras objects`);
    }
  }
}
