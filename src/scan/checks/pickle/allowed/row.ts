import type { CallValue, PickleValue } from '../../../../formats/index.ts';
import type { GlobalName } from '../global-name.ts';

/** What a rule may ask about the values that it is given. */
export interface Asking {
  /** Whether a value is an import that the list lets be a class (built empty, subclassed, passed around). */
  isClass(value: PickleValue | undefined): boolean;
  /** Whether a value is an import that the list lets be handed around. */
  isValue(value: PickleValue | undefined): boolean;
  /** The name of an import; `undefined` for any other value. */
  nameOf(value: PickleValue | undefined): GlobalName | undefined;
  /** The class of an object that a call makes, as far as the list can tell. */
  classOf(value: PickleValue | undefined): GlobalName | undefined;
  /** Whether an attribute of a class or of its objects may be handed around. */
  isAttribute(owner: GlobalName, attribute: string): boolean;
  /** The rule of another call, for functions that call what they are given. */
  judgeCall(callee: PickleValue, args: PickleValue): Objection | undefined;
  /** Notes bytes that the call loads as a file of PyTorch's older form, to be scanned as that. */
  loadsTorch(bytes: PickleValue): boolean;
}

/** A call of an allowed name. */
export interface AllowedCall {
  readonly name: GlobalName;
  readonly call: CallValue;
  readonly args: readonly PickleValue[];
}

/** What is wrong with a use. */
export interface Objection {
  /** Lower case, in words. */
  readonly what: string;
  /** Whether it is a sign of an attack whatever the row says, not of an unknown version. */
  readonly isAttack?: boolean;
}

/** `undefined` when the use is ordinary. */
export type CallRule = (call: AllowedCall, asking: Asking) => Objection | undefined;
export type StateRule = (state: PickleValue, asking: Asking) => Objection | undefined;

/** What an allow-listed name may be used for. Whatever is not stated is not allowed. */
export interface AllowedRow {
  /** Only ever called, never handed around: it would call or import what somebody else gives it. */
  readonly onlyCalled?: boolean;
  /** A class: may be made empty (`cls.__new__(cls)`), by `copyreg._reconstructor`, and called without arguments. */
  readonly isClass?: boolean;
  /** Called with arguments. */
  readonly call?: CallRule;
  /** BUILD of what it makes. */
  readonly state?: StateRule;
  /** APPEND(S), ADDITEMS of what it makes. */
  readonly items?: boolean;
  /** SETITEM(S) of what it makes. */
  readonly entries?: boolean;
  /** An objection to its use is a sign of an attack, not of an unknown version. */
  readonly isGuarded?: boolean;
}

/** Names of one library: exact ones, and patterns for whole families of classes. */
export interface AllowedNames {
  readonly exact: Readonly<Record<string, AllowedRow>>;
  readonly patterns: readonly AllowedPattern[];
}

/** A family of names. */
export interface AllowedPattern {
  readonly module: RegExp;
  readonly name: RegExp;
  readonly row: AllowedRow;
}

/** The same row for several names, separated by blanks. */
export function rows(names: string, row: AllowedRow): Record<string, AllowedRow> {
  return Object.fromEntries(
    names
      .trim()
      .split(/\s+/)
      .map((name) => [name, row]),
  );
}
