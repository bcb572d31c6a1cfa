import { PickleHalt } from './finding.ts';
import type { PickleLimits } from './limits.ts';
import type { PickleValue } from './value.ts';

/**
 * The unpickler's stack as CPython's C code keeps it: one array, with marks as positions in it, below the last of
 * which (the fence) nothing can be taken. Throws `PickleHalt` where CPython raises.
 */
export class PickleStack {
  readonly #values: PickleValue[] = [];
  readonly #marks: number[] = [];
  readonly #limits: PickleLimits;

  constructor(limits: PickleLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#values.length;
  }

  /** Lowest position from which a value may be taken. */
  get #fence(): number {
    return this.#marks.at(-1) ?? 0;
  }

  push(value: PickleValue): void {
    if (this.#values.length >= this.#limits.maxStack)
      throw new PickleHalt('limit', 'reader-limit', `more than ${this.#limits.maxStack} values on the stack`);
    this.#values.push(value);
  }

  pop(): PickleValue {
    const value = this.#values.length > this.#fence ? this.#values.pop() : undefined;
    return value ?? underflow();
  }

  /** The value on top, or `depth` below it, left where it is. */
  peek(depth = 0): PickleValue {
    const at = this.#values.length - 1 - depth;
    return (at >= this.#fence ? this.#values[at] : undefined) ?? underflow();
  }

  /** Takes the last `count` values. */
  take(count: number): PickleValue[] {
    return this.takeFrom(this.#values.length - count);
  }

  /** Takes the values from a position on. */
  takeFrom(position: number): PickleValue[] {
    if (position < this.#fence) underflow();
    return this.#values.splice(position);
  }

  pushMark(): void {
    if (this.#marks.length >= this.#limits.maxMarks)
      throw new PickleHalt('limit', 'reader-limit', `more than ${this.#limits.maxMarks} marks at once`);
    this.#marks.push(this.#values.length);
  }

  /** Removes the last mark; the position it marked. */
  popMark(): number {
    const mark = this.#marks.pop();
    if (mark === undefined) throw new PickleHalt('error', 'mark-missing', 'no mark on the stack');
    return mark;
  }

  /** Drops the value on top, or the last mark when nothing lies above it. */
  drop(): void {
    if (this.#marks.at(-1) === this.#values.length) this.#marks.pop();
    else this.pop();
  }
}

function underflow(): never {
  throw new PickleHalt('error', 'stack-underflow', 'the stack has too few values');
}
