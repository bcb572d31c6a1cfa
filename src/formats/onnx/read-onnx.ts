import type { ByteSource } from '../../bytes/index.ts';
import type { FormatProblem } from '../problem.ts';
import type { ProtobufLimits } from '../protobuf/limits.ts';
import {
  hasTooLong,
  type ProtoMessage,
  type ProtoVisitor,
  textOf,
  walkProtobuf,
} from '../protobuf/walk-protobuf.ts';
import { ONNX_SCHEMA } from './onnx-schema.ts';
import { tensorSizeProblem } from './tensor-size.ts';

/** One node of a graph, wherever the graph stands. */
export interface OnnxNode {
  readonly operator: string;
  /** Empty: ONNX itself. */
  readonly domain: string;
  readonly offset: number;
  /** The function whose body it is in, as `domain:name`. */
  readonly insideFunction: string | undefined;
}

/** A tensor whose data is in another file. */
export interface OnnxExternalTensor {
  readonly name: string;
  readonly entries: readonly { readonly key: string; readonly value: string }[];
  readonly offset: number;
}

/** What an ONNX model is made of, for those who judge it. */
export interface OnnxDocument {
  readonly producer: string;
  /** Domains of operators that the model or a function of it imports. */
  readonly domains: readonly string[];
  /** The different operators, each with the first node that uses it. */
  readonly operators: readonly OnnxNode[];
  readonly nodeCount: number;
  /** `domain:name` of the functions that the model defines. */
  readonly functions: readonly string[];
  /** Which operators the body of a function uses, both as `domain:name`. */
  readonly functionCalls: ReadonlyMap<string, ReadonlySet<string>>;
  readonly externalTensors: readonly OnnxExternalTensor[];
  readonly metadata: readonly { readonly key: string; readonly value: string; readonly offset: number }[];
  /** Fields that the schema does not have, as `message:number`, each with its first place. */
  readonly unknownFields: ReadonlyMap<string, number>;
  readonly problems: readonly FormatProblem[];
}

/** Things of one kind that are noted; the rest are counted. */
const MAX_NOTED = 10_000;

/**
 * Walks an ONNX model: graphs, subgraphs in attributes, functions, training information, tensors in initializers,
 * attributes and sparse tensors; data is skipped by its length. Never throws for bad bytes.
 */
export async function readOnnx(
  source: ByteSource,
  limits: Partial<ProtobufLimits> = {},
): Promise<OnnxDocument> {
  const collector = new Collector();
  const { problems } = await walkProtobuf(
    source,
    { schema: ONNX_SCHEMA, type: 'ModelProto', limits },
    collector,
  );
  return { ...collector.document(), problems: [...problems, ...collector.problems] };
}

class Collector implements ProtoVisitor {
  readonly problems: FormatProblem[] = [];
  readonly #domains = new Set<string>();
  readonly #operators = new Map<string, OnnxNode>();
  readonly #functions = new Set<string>();
  readonly #functionCalls = new Map<string, Set<string>>();
  readonly #external: OnnxExternalTensor[] = [];
  readonly #metadata: { key: string; value: string; offset: number }[] = [];
  readonly #entries = new Map<ProtoMessage, { key: string; value: string }[]>();
  readonly #calls = new Map<ProtoMessage, Set<string>>();
  readonly #unknown = new Map<string, number>();
  #nodes = 0;
  #producer = '';

  message(message: ProtoMessage): void {
    if (message.type === 'NodeProto') this.#node(message);
    else if (message.type === 'StringStringEntryProto') this.#entry(message);
    else if (message.type === 'TensorProto') this.#tensor(message);
    else if (message.type === 'FunctionProto') this.#function(message);
    else if (message.type === 'OperatorSetIdProto') this.#domains.add(textOf(message, 'domain') ?? '');
    else if (message.type === 'ModelProto') this.#producer = textOf(message, 'producer_name') ?? '';
  }

  unknownField({ type }: ProtoMessage, number: number, offset: number): void {
    const name = `${type}:${number}`;
    if (!this.#unknown.has(name) && this.#unknown.size < MAX_NOTED) this.#unknown.set(name, offset);
  }

  document(): Omit<OnnxDocument, 'problems'> {
    return {
      producer: this.#producer,
      domains: [...this.#domains],
      operators: [...this.#operators.values()],
      nodeCount: this.#nodes,
      functions: [...this.#functions],
      functionCalls: this.#functionCalls,
      externalTensors: this.#external,
      metadata: this.#metadata,
      unknownFields: this.#unknown,
    };
  }

  #node(message: ProtoMessage): void {
    this.#nodes++;
    const operator = textOf(message, 'op_type') ?? '';
    const domain = textOf(message, 'domain') ?? '';
    if (hasTooLong(message, 'op_type') || hasTooLong(message, 'domain'))
      this.#tooLong(message, 'an operator');
    const owner = ancestorOf(message, 'FunctionProto');
    const name = `${domain}:${operator}`;
    if (owner !== undefined) {
      const calls = this.#calls.get(owner) ?? new Set();
      this.#calls.set(owner, calls.add(name));
    }
    if (this.#operators.has(name)) return;
    if (this.#operators.size >= MAX_NOTED) {
      this.#limit(message, `more than ${MAX_NOTED} different operators`);
      return;
    }
    const insideFunction = owner === undefined ? undefined : 'a function';
    this.#operators.set(name, { operator, domain, offset: message.offset, insideFunction });
  }

  #function(message: ProtoMessage): void {
    const name = `${textOf(message, 'domain') ?? ''}:${textOf(message, 'name') ?? ''}`;
    this.#functions.add(name);
    this.#functionCalls.set(name, this.#calls.get(message) ?? new Set());
    this.#calls.delete(message);
  }

  #entry(message: ProtoMessage): void {
    const { parent, field, offset } = message;
    if (parent === undefined) return;
    const entry = { key: textOf(message, 'key') ?? '', value: textOf(message, 'value') ?? '' };
    if (field === 'external_data') {
      if (hasTooLong(message, 'key') || hasTooLong(message, 'value')) this.#tooLong(message, 'external data');
      const entries = this.#entries.get(parent) ?? [];
      if (entries.length < MAX_NOTED) entries.push(entry);
      this.#entries.set(parent, entries);
    } else if (this.#metadata.length < MAX_NOTED) this.#metadata.push({ ...entry, offset });
  }

  #tensor(message: ProtoMessage): void {
    const size = tensorSizeProblem(message);
    if (size !== undefined && this.problems.length < MAX_NOTED) {
      const { offset } = message;
      this.problems.push({ severity: 'error', code: 'ONNX_TENSOR_SIZE', offset, message: size });
    }
    const entries = this.#entries.get(message);
    this.#entries.delete(message);
    const isExternal = message.values.get('data_location')?.includes(1n) === true;
    if (entries === undefined && !isExternal) return;
    if (this.#external.length >= MAX_NOTED * 10) {
      this.#limit(message, 'too many tensors with external data');
      return;
    }
    this.#external.push({
      name: textOf(message, 'name') ?? '',
      entries: entries ?? [],
      offset: message.offset,
    });
  }

  #tooLong(message: ProtoMessage, what: string): void {
    const text = `${what} with a text that is too long to be kept`;
    this.problems.push({
      severity: 'error',
      code: 'ONNX_TEXT_TOO_LONG',
      offset: message.offset,
      message: text,
    });
  }

  #limit({ offset }: ProtoMessage, message: string): void {
    if (this.problems.some(({ severity }) => severity === 'limit')) return;
    this.problems.push({ severity: 'limit', code: 'ONNX_LIMIT', offset, message });
  }
}

function ancestorOf(message: ProtoMessage, type: string): ProtoMessage | undefined {
  for (let at = message.parent; at !== undefined; at = at.parent) if (at.type === type) return at;
  return undefined;
}
