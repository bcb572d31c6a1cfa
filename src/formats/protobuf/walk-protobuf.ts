import type { ByteSource } from '../../bytes/index.ts';
import { ProblemLog, ReadingHalt } from '../problem-log.ts';
import { SourceWindow } from '../source-window.ts';
import { DEFAULT_PROTOBUF_LIMITS, type ProtobufLimits } from './limits.ts';
import type { ProtoField, ProtoMessageShape, ProtoSchema } from './schema.ts';

/** One message on the way: what it is, where, and the scalars and strings that it had so far. */
export interface ProtoMessage {
  readonly type: string;
  readonly offset: number;
  readonly end: number;
  /** The field of the parent that holds it, and the parent. */
  readonly field: string;
  readonly parent: ProtoMessage | undefined;
  readonly values: Map<string, ProtoValue[]>;
}

/** A value that was kept; bytes are known by place and length only. */
export type ProtoValue =
  | string
  | bigint
  | { readonly offset: number; readonly length: number; readonly isTooLong: boolean };

/** Is told each message when it ends, inner ones first; `values` of its parent may be added to. */
export interface ProtoVisitor {
  message(message: ProtoMessage): void;
  /** A field that the schema does not have. */
  unknownField?(message: ProtoMessage, number: number, offset: number): void;
}

const TEXT = new TextDecoder();
const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;
const MAX_VARINT_BYTES = 10;
const WIRE_TYPES = {
  varint: VARINT,
  fixed64: FIXED64,
  fixed32: FIXED32,
  string: LENGTH,
  bytes: LENGTH,
  message: LENGTH,
};

/**
 * Walks a protocol buffer by its schema in bounded memory: into messages, over bytes (a tensor's data is skipped by
 * its length). Notes what parsers disagree about: singular fields twice, wrong wire types, lengths beyond the end.
 * Never throws for bad bytes; throws what the source throws.
 */
export async function walkProtobuf(
  source: ByteSource,
  root: { readonly schema: ProtoSchema; readonly type: string; readonly limits?: Partial<ProtobufLimits> },
  visitor: ProtoVisitor,
): Promise<ProblemLog> {
  const log = new ProblemLog();
  const walker = new Walker(source, root.schema, {
    visitor,
    log,
    limits: { ...DEFAULT_PROTOBUF_LIMITS, ...root.limits },
  });
  try {
    await walker.walk(root.type);
  } catch (error) {
    // A halt has noted its reason already.
    if (!(error instanceof ReadingHalt)) throw error;
  }
  return log;
}

interface WalkerParts {
  readonly visitor: ProtoVisitor;
  readonly log: ProblemLog;
  readonly limits: ProtobufLimits;
}

interface OpenMessage {
  readonly message: ProtoMessage;
  readonly shape: ProtoMessageShape;
  readonly seen: Set<number>;
}

class Walker {
  readonly #window: SourceWindow;
  readonly #schema: ProtoSchema;
  readonly #visitor: ProtoVisitor;
  readonly #log: ProblemLog;
  readonly #limits: ProtobufLimits;
  readonly #open: OpenMessage[] = [];
  #position = 0;
  #fields = 0;

  constructor(source: ByteSource, schema: ProtoSchema, { visitor, log, limits }: WalkerParts) {
    this.#window = new SourceWindow(source);
    this.#schema = schema;
    this.#visitor = visitor;
    this.#log = log;
    this.#limits = limits;
  }

  async walk(type: string): Promise<void> {
    this.#enter({ type, end: this.#window.size, field: '' });
    for (let top = this.#open.at(-1); top !== undefined; top = this.#open.at(-1)) {
      if (this.#position < top.message.end) await this.#field(top);
      else {
        this.#open.pop();
        this.#visitor.message(top.message);
      }
    }
  }

  #enter({ type, end, field }: { type: string; end: number; field: string }): void {
    if (this.#open.length >= this.#limits.maxDepth) {
      this.#stop(`messages nest deeper than ${this.#limits.maxDepth}`);
    }
    const parent = this.#open.at(-1)?.message;
    const message = {
      type,
      offset: this.#position,
      end,
      field,
      parent,
      values: new Map<string, ProtoValue[]>(),
    };
    this.#open.push({ message, shape: this.#schema[type] ?? {}, seen: new Set() });
  }

  async #field(open: OpenMessage): Promise<void> {
    if (++this.#fields > this.#limits.maxFields) this.#stop(`more than ${this.#limits.maxFields} fields`);
    const offset = this.#position;
    const tag = await this.#varint(open.message.end);
    const number = Number(tag >> 3n);
    const wire = Number(tag & 7n);
    if (number === 0 || number > 0x1fffffff) this.#fail(offset, `the field number ${number}`);
    const field = open.shape[number];
    if (field === undefined) {
      await this.#skip(wire, open.message.end);
      this.#visitor.unknownField?.(open.message, number, offset);
      return;
    }
    this.#noteTwice(open, number, { field, offset });
    await this.#value(open, field, wire);
  }

  #noteTwice(
    open: OpenMessage,
    number: number,
    { field, offset }: { field: ProtoField; offset: number },
  ): void {
    if (field.isRepeated) return;
    if (open.seen.has(number)) {
      this.#log.error('PROTOBUF_FIELD_TWICE', offset, `${open.message.type}.${field.name} appears twice`);
    }
    open.seen.add(number);
  }

  async #value(open: OpenMessage, field: ProtoField, wire: number): Promise<void> {
    const { message } = open;
    const offset = this.#position;
    const isPacked = wire === LENGTH && field.isRepeated;
    if (wire !== WIRE_TYPES[field.kind] && !isPacked) {
      this.#log.error(
        'PROTOBUF_WIRE_TYPE',
        offset,
        `${message.type}.${field.name} is encoded as something else`,
      );
      await this.#skip(wire, message.end);
    } else if (wire === VARINT) this.#keep(open, field, await this.#varint(message.end));
    else if (wire !== LENGTH) await this.#skip(wire, message.end);
    else await this.#counted(open, field);
  }

  async #counted(open: OpenMessage, field: ProtoField): Promise<void> {
    const length = await this.#length(open.message.end);
    const offset = this.#position;
    if (field.kind === 'message' && field.message !== undefined) {
      this.#enter({ type: field.message, end: offset + length, field: field.name });
      return;
    }
    if (field.kind === 'string' && length <= this.#limits.maxHeldBytes) {
      const bytes = await this.#window.bytes(offset, length);
      if (bytes === undefined) this.#fail(offset, 'the file ends inside a string');
      this.#keep(open, field, TEXT.decode(bytes));
    } else if (field.kind === 'string' || field.kind === 'bytes') {
      this.#keep(open, field, { offset, length, isTooLong: field.kind === 'string' });
    }
    this.#position = offset + length;
  }

  #keep(open: OpenMessage, { name }: ProtoField, value: ProtoValue): void {
    const values = open.message.values.get(name);
    if (values === undefined) open.message.values.set(name, [value]);
    else if (values.length < this.#limits.maxHeldValues) values.push(value);
  }

  async #skip(wire: number, end: number): Promise<void> {
    if (wire === VARINT) await this.#varint(end);
    else if (wire === LENGTH) this.#advance(await this.#length(end), end);
    else if (wire === FIXED64) this.#advance(8, end);
    else if (wire === FIXED32) this.#advance(4, end);
    // Groups (3 and 4) are in none of our formats; what follows cannot be told apart.
    else this.#fail(this.#position, `the wire type ${wire}`);
  }

  #advance(length: number, end: number): void {
    if (this.#position + length > end) this.#fail(this.#position, 'a field runs over the end of its message');
    this.#position += length;
  }

  async #length(end: number): Promise<number> {
    const at = this.#position;
    const length = await this.#varint(end);
    if (length > BigInt(end - this.#position)) this.#fail(at, 'a length runs over the end of its message');
    return Number(length);
  }

  async #varint(end: number): Promise<bigint> {
    const at = this.#position;
    const length = Math.min(MAX_VARINT_BYTES, end - at);
    const bytes = this.#window.held(at, length) ?? (await this.#window.bytes(at, length));
    let value = 0n;
    let small = 0;
    for (let index = 0; bytes !== undefined && index < bytes.length; index++) {
      const byte = bytes[index] ?? 0;
      // Most numbers are small, and big integers are slow.
      if (index < 4) small |= (byte & 0x7f) << (7 * index);
      else value |= BigInt(byte & 0x7f) << BigInt(7 * index);
      if (byte >= 0x80) continue;
      this.#position = at + index + 1;
      return BigInt.asUintN(64, value | BigInt(small));
    }
    return this.#fail(at, 'a number without an end');
  }

  #fail(offset: number, message: string): never {
    this.#log.error('PROTOBUF_INVALID', offset, message);
    throw new ReadingHalt('invalid');
  }

  #stop(message: string): never {
    this.#log.limit('PROTOBUF_LIMIT', this.#position, message);
    throw new ReadingHalt('limit');
  }
}

/** The first kept string of a field. */
export function textOf(message: ProtoMessage, field: string): string | undefined {
  return message.values.get(field)?.find((value) => typeof value === 'string');
}

/** Whether a string of a field was too long to be kept. */
export function hasTooLong(message: ProtoMessage, field: string): boolean {
  return message.values.get(field)?.some((value) => typeof value === 'object' && value.isTooLong) === true;
}
