import {
  type PickleFinding,
  type PickleFindingCode,
  type PickleFindingSeverity,
  PickleHalt,
} from './finding.ts';
import type { PickleLimits } from './limits.ts';
import type { PickleOperation } from './operation.ts';
import { PickleStack } from './stack.ts';
import {
  type BytesValue,
  type CallValue,
  type Changes,
  type GlobalValue,
  noChanges,
  type PickleValue,
  type StrValue,
} from './value.ts';

/** What a stream would do beyond building plain data, in the order in which it would. */
export type PickleEffect =
  /** imports a module and looks a name up in it */
  | { readonly kind: 'import'; readonly offset: number; readonly target: GlobalValue }
  /** calls something */
  | { readonly kind: 'call'; readonly offset: number; readonly target: CallValue }
  /** changes an object: `__setstate__` or attributes, `append`, `__setitem__`, `add` */
  | {
      readonly kind: 'build' | 'append' | 'assign' | 'add';
      readonly offset: number;
      readonly target: PickleValue;
    }
  /** asks the loader for an object, the extension registry for one, or for a buffer beside the stream */
  | {
      readonly kind: 'persistent' | 'extension' | 'buffer';
      readonly offset: number;
      readonly target: PickleValue;
    };

/** A string or bytes of a stream, and where its argument lies in the source. */
export interface PickleConstant {
  readonly value: StrValue | BytesValue;
  readonly start: number;
  readonly length: number;
}

/** Is told of the strings and bytes of a stream as they are read, used or not. */
export type ConstantSink = (constant: PickleConstant) => void;

/** Everything that the operations of one stream work on. */
export class MachineState {
  readonly limits: PickleLimits;
  readonly stack: PickleStack;
  readonly memo = new Map<number, PickleValue>();
  readonly findings: PickleFinding[] = [];
  readonly effects: PickleEffect[] = [];
  /** What the last PROTO said; 0 before. */
  protocol = 0;
  /** How many buffers beside the stream were asked for. */
  buffers = 0;
  hasErrors = false;
  readonly #sink: ConstantSink | undefined;

  constructor(limits: PickleLimits, sink?: ConstantSink) {
    this.limits = limits;
    this.#sink = sink;
    this.stack = new PickleStack(limits);
  }

  note(
    severity: PickleFindingSeverity,
    code: PickleFindingCode,
    at: { offset: number; message: string },
  ): void {
    if (severity !== 'notice') this.hasErrors = true;
    if (this.findings.length < this.limits.maxFindings)
      this.findings.push({ severity, code, offset: at.offset, message: at.message });
  }

  /** Pushes a string or bytes, and tells whoever looks at all of them. */
  pushConstant(operation: PickleOperation, value: StrValue | BytesValue): void {
    if (this.#sink !== undefined && operation.end - operation.offset >= this.limits.minConstantBytes)
      this.#sink({ value, start: operation.offset + 1, length: operation.end - operation.offset - 1 });
    this.stack.push(value);
  }

  /** Notes what the stream would do. */
  record(effect: PickleEffect): void {
    if (this.effects.length >= this.limits.maxEffects)
      throw new PickleHalt('limit', 'reader-limit', `more than ${this.limits.maxEffects} imports and calls`);
    this.effects.push(effect);
  }

  /** Notes what CPython would raise for, and gives an unknown value to go on with. */
  fail(operation: PickleOperation, code: PickleFindingCode, message: string): PickleValue {
    this.note('error', code, { offset: operation.offset, message });
    return { kind: 'unknown', changes: noChanges() };
  }

  /** As `fail`, for what this reader does not follow. */
  skip(operation: PickleOperation, message: string): PickleValue {
    this.note('limit', 'reader-limit', { offset: operation.offset, message });
    return { kind: 'unknown', changes: noChanges() };
  }
}

/** What an operation does to the state. Throws `PickleHalt` where nothing can follow. */
export type Handler = (state: MachineState, operation: PickleOperation) => void;

/** The record of changes of a value that is an object; `undefined` for plain data. */
export function changesOf(value: PickleValue): Changes | undefined {
  return 'changes' in value ? value.changes : undefined;
}

/** The bytes of a counted argument as a value. */
export function bytesValue(kind: BytesValue['kind'], operation: PickleOperation): BytesValue {
  const { bytes, number: length, end } = operation;
  return { kind, bytes, offset: end - length, length };
}
