import { type PickleFinding, PickleHalt } from './finding.ts';
import { decodeAcrossFrame } from './frame-crossing.ts';
import type { PickleLimits } from './limits.ts';
import { HANDLERS } from './machine.ts';
import { type ConstantSink, MachineState, type PickleEffect } from './machine-state.ts';
import { OPCODE_OF_BYTE, type OpcodeName } from './opcodes.ts';
import { type Decoded, decodeOperation, type PickleOperation, type PickleWindow } from './operation.ts';
import type { PickleValue } from './value.ts';

/** One pickle as it was read: what it builds, what it would do, and what is wrong with it. */
export interface PickleStream {
  /** Where it begins in the source. */
  readonly start: number;
  /** Where it ends: behind STOP, or where the reading ended. */
  readonly end: number;
  /** Whether STOP was reached. */
  readonly isComplete: boolean;
  /** What its last PROTO said; 0 without one. */
  readonly protocol: number;
  readonly operations: number;
  /** Every opcode that it used. */
  readonly opcodes: ReadonlySet<OpcodeName>;
  /** How many bytes between the operations a loader reads by itself (`dataAfter`), which `pickle.load` would run. */
  readonly dataBytes: number;
  /** What it builds; only when it is complete, and no finding is worse than a notice. */
  readonly value: PickleValue | undefined;
  /** Imports, calls and changes, in their order; those before an error would have happened all the same. */
  readonly effects: readonly PickleEffect[];
  readonly findings: readonly PickleFinding[];
}

/** How to read a stream. */
export interface ReadPickleOptions {
  /** Where it begins, in bytes from the start of the source; 0 by default. */
  readonly start?: number;
  readonly limits?: Partial<PickleLimits>;
  /** What a loader other than `pickle.load` reads between the operations; asked after each BUILD. */
  readonly dataAfter?: DataAfter;
  /**
   * Reads operations that reach out of their frame as older versions of CPython do from objects without `peek`: what
   * is left of the frame is dropped.
   */
  readonly dropsFrames?: boolean;
  /** Is told of the strings and bytes as they are read. */
  readonly constants?: ConstantSink;
}

/**
 * What follows the object just built, given the next byte of the source (`undefined` at its end): so many bytes that
 * are not pickle, or a pickle of its own. `undefined` = it cannot be told, which ends the reading.
 */
export type DataAfter = (built: PickleValue, nextByte: number | undefined) => number | 'pickle' | undefined;

/** Operations that reach out of their frame; each costs a copy of what is in memory. */
const MAX_CROSSINGS = 1000;

/** The data behind an object is passed, and operations follow. */
const PASSED = -1;

/** Reads one stream step by step out of a window that its owner moves along. */
export class StreamReader {
  readonly #state: MachineState;
  readonly #limits: PickleLimits;
  readonly #start: number;
  readonly #dataAfter: DataAfter | undefined;
  readonly #sink: ConstantSink | undefined;
  readonly #codes = new Uint8Array(256);
  readonly #dropsFrames: boolean;
  #position: number;
  #dataBytes = 0;
  #operations = 0;
  #frameEnd = 0;
  #crossings = 0;
  #value: PickleValue | undefined;
  #isComplete = false;
  #isBuilt = false;
  #nested: StreamReader | undefined;

  constructor(
    limits: PickleLimits,
    { start = 0, dataAfter, constants, dropsFrames = false }: ReadPickleOptions,
  ) {
    this.#state = new MachineState(limits, constants);
    this.#limits = limits;
    this.#start = start;
    this.#position = start;
    this.#dataAfter = dataAfter;
    this.#sink = constants;
    this.#dropsFrames = dropsFrames;
  }

  get position(): number {
    return this.#position;
  }

  /** Reads on as far as the window reaches. How many bytes it needs from `position` on, or 0 when it is done. */
  advance(window: PickleWindow): number {
    for (;;) {
      if (this.#isBuilt) {
        const more = this.#passData(window);
        if (more !== PASSED) return more;
      }
      const decoded = this.#decode(window);
      if (decoded.outcome === 'more') return decoded.bytes;
      if (decoded.outcome === 'stopped') {
        if (this.#position < this.#frameEnd) this.#noteCrossing(this.#position);
        this.#state.note(decoded.severity, decoded.code, {
          offset: this.#position,
          message: decoded.message,
        });
        return 0;
      }
      if (!this.#apply(decoded.operation, window.sourceSize)) return 0;
    }
  }

  #decode(window: PickleWindow): Decoded {
    const position = this.#position;
    const frameEnd = this.#frameEnd;
    return this.#dropsFrames && position < frameEnd
      ? decodeAcrossFrame(window, { position, frameEnd }, this.#limits)
      : decodeOperation(window, position, this.#limits);
  }

  /** The source gave fewer bytes than its size promises. */
  noteShortSource(): void {
    const message = 'the file is shorter than it says';
    this.#state.note('error', 'stream-truncated', { offset: this.#position, message });
  }

  result(): PickleStream {
    const { protocol, effects, findings, hasErrors } = this.#state;
    return {
      start: this.#start,
      end: this.#position,
      isComplete: this.#isComplete,
      protocol,
      operations: this.#operations,
      opcodes: new Set(
        OPCODE_OF_BYTE.flatMap((opcode, code) =>
          opcode !== undefined && this.#codes[code] === 1 ? [opcode.name] : [],
        ),
      ),
      dataBytes: this.#dataBytes,
      value: hasErrors ? undefined : this.#value,
      effects,
      findings,
    };
  }

  /** Whether there is more to read. */
  #apply(operation: PickleOperation, sourceSize: number): boolean {
    try {
      if (++this.#operations > this.#limits.maxOperations)
        throw new PickleHalt('limit', 'reader-limit', `more than ${this.#limits.maxOperations} operations`);
      this.#codes[operation.code] = 1;
      this.#checkPlace(operation);
      if (operation.name === 'STOP') {
        this.#value = this.#state.stack.pop();
        this.#isComplete = true;
      } else if (operation.name === 'FRAME') {
        this.#position = this.#enterFrame(operation, sourceSize);
        return true;
      } else {
        HANDLERS[operation.name](this.#state, operation);
        this.#isBuilt = operation.name === 'BUILD' && this.#dataAfter !== undefined;
      }
      this.#position = operation.end;
      return !this.#isComplete;
    } catch (error) {
      if (!(error instanceof PickleHalt)) throw error;
      this.#state.note(error.severity, error.code, { offset: operation.offset, message: error.message });
      return false;
    }
  }

  #checkPlace({ name, offset, end }: PickleOperation): void {
    if (name === 'PROTO' && offset !== this.#start)
      this.#state.note('notice', 'protocol-misplaced', { offset, message: 'a protocol in the middle' });
    if (offset >= this.#frameEnd || (end <= this.#frameEnd && name !== 'FRAME')) return;
    if (this.#dropsFrames && ++this.#crossings > MAX_CROSSINGS)
      throw new PickleHalt('limit', 'reader-limit', `more than ${MAX_CROSSINGS} broken frames`);
    this.#noteCrossing(offset);
  }

  #noteCrossing(offset: number): void {
    this.#state.note('notice', 'frame-crossed', { offset, message: 'an operation reaches out of its frame' });
  }

  /** Where the frame begins. */
  #enterFrame({ end, number: length }: PickleOperation, sourceSize: number): number {
    const isInside = this.#dropsFrames && end < this.#frameEnd;
    // A frame that fits into what was read before changes nothing; another begins behind it.
    if (isInside && end + length <= this.#frameEnd) return end;
    const start = isInside ? this.#frameEnd : end;
    // CPython reads the whole frame at once, so a cut one fails before anything in it happens.
    if (start + length > sourceSize)
      throw new PickleHalt('error', 'frame-beyond-end', 'a frame reaches beyond the end of the file');
    this.#frameEnd = start + length;
    return start;
  }

  /** Passes what a loader reads itself after BUILD. How many bytes it needs, 0 when it cannot go on, or `PASSED`. */
  #passData(window: PickleWindow): number {
    if (this.#nested !== undefined) return this.#passNested(this.#nested, window);
    const offset = this.#position;
    const nextByte = window.bytes[offset - window.start];
    if (nextByte === undefined && offset < window.sourceSize) return 1;
    const data = this.#dataAfter?.(this.#state.stack.peek(), nextByte);
    if (data === 'pickle') {
      this.#nested = new StreamReader(this.#limits, {
        start: offset,
        ...(this.#sink && { constants: this.#sink }),
      });
      return this.#passNested(this.#nested, window);
    }
    if (data === undefined) {
      this.#state.note('limit', 'reader-limit', { offset, message: 'unknown data between the operations' });
      return 0;
    }
    if (offset + data > window.sourceSize) {
      const message = 'data between the operations is cut';
      this.#state.note('error', 'stream-truncated', { offset, message });
      return 0;
    }
    this.#position = offset + data;
    this.#dataBytes += data;
    this.#isBuilt = false;
    return PASSED;
  }

  #passNested(nested: StreamReader, window: PickleWindow): number {
    const more = nested.advance(window);
    this.#position = nested.position;
    if (more > 0) return more;
    const { start, end, findings, effects, operations, isComplete } = nested.result();
    for (const [code, isUsed] of nested.#codes.entries()) if (isUsed === 1) this.#codes[code] = 1;
    this.#dataBytes += end - start;
    for (const finding of findings) this.#state.note(finding.severity, finding.code, finding);
    for (const effect of effects) this.#state.effects.push(effect);
    this.#operations += operations;
    this.#nested = undefined;
    this.#isBuilt = !isComplete;
    return isComplete ? PASSED : 0;
  }
}
