/**
 * What a pickle builds, with everything that would run code kept as a symbol. Shared and self-containing structures
 * are shared nodes, so follow them with a set of those already seen.
 */
export type PickleValue =
  | NoneValue
  | BoolValue
  | IntValue
  | FloatValue
  | StrValue
  | BytesValue
  | ListValue
  | TupleValue
  | SetValue
  | DictValue
  | GlobalValue
  | CallValue
  | PersistentValue
  | ExtensionValue
  | BufferValue
  | UnknownValue;

export interface NoneValue {
  readonly kind: 'none';
}

export interface BoolValue {
  readonly kind: 'bool';
  readonly value: boolean;
}

export interface IntValue {
  readonly kind: 'int';
  /** A number as long as it is a safe integer, a bigint beyond. */
  readonly value: number | bigint;
}

export interface FloatValue {
  readonly kind: 'float';
  readonly value: number;
}

export interface StrValue {
  readonly kind: 'str';
  /** `undefined` when it was too long to be held. */
  readonly text: string | undefined;
}

export interface BytesValue {
  readonly kind: 'bytes' | 'bytearray';
  /** `undefined` when they were too long to be held, or were changed by later operations. */
  bytes: Uint8Array | undefined;
  /** Where they are in the source, and how many. */
  readonly offset: number;
  readonly length: number;
}

export interface ListValue {
  readonly kind: 'list';
  readonly items: PickleValue[];
}

export interface TupleValue {
  readonly kind: 'tuple';
  readonly items: readonly PickleValue[];
}

export interface SetValue {
  readonly kind: 'set' | 'frozenset';
  readonly items: PickleValue[];
}

export interface DictValue {
  readonly kind: 'dict';
  /** In the order of assignment; of equal keys the last one counts. */
  readonly entries: [key: PickleValue, value: PickleValue][];
}

/** What an object that is not a plain container was given after it came to be. */
export interface Changes {
  /** States given by BUILD (`__setstate__`, `__dict__`, `setattr`). */
  readonly states: PickleValue[];
  /** Items given by APPEND(S) and ADDITEMS (`append`, `extend`, `add`). */
  readonly items: PickleValue[];
  /** Items given by SETITEM(S) (`__setitem__`). */
  readonly entries: [key: PickleValue, value: PickleValue][];
}

/** Something to be imported. Never resolved. */
export interface GlobalValue {
  readonly kind: 'global';
  /** `undefined` when it is the outcome of a call, so that nobody can tell without running it. */
  readonly module: string | undefined;
  readonly name: string | undefined;
  /** Protocol in force, which decides on Python 2 names (below 3) and dotted names (from 4). */
  readonly protocol: number;
  readonly offset: number;
  readonly changes: Changes;
}

/** Something to be called. Never called. */
export interface CallValue {
  readonly kind: 'call';
  readonly by: 'REDUCE' | 'NEWOBJ' | 'NEWOBJ_EX' | 'OBJ' | 'INST';
  readonly callee: PickleValue;
  /** A tuple, or whatever stood in its place. */
  readonly args: PickleValue;
  /** Keyword arguments of NEWOBJ_EX. */
  readonly kwargs: PickleValue | undefined;
  readonly offset: number;
  readonly changes: Changes;
}

/** Something that the loader's `persistent_load` is asked for. */
export interface PersistentValue {
  readonly kind: 'persistent';
  readonly id: PickleValue;
  readonly changes: Changes;
}

/** An entry of the `copyreg` extension registry. */
export interface ExtensionValue {
  readonly kind: 'extension';
  readonly code: number;
  readonly changes: Changes;
}

/** A buffer that travels beside the stream (protocol 5). */
export interface BufferValue {
  readonly kind: 'buffer';
  /** Which one, from 0. */
  readonly index: number;
  readonly changes: Changes;
}

/** What took the place of a value that is not there or not read. */
export interface UnknownValue {
  readonly kind: 'unknown';
  readonly changes: Changes;
}

/** A fresh, empty record of changes. */
export function noChanges(): Changes {
  return { states: [], items: [], entries: [] };
}

/** The values of which there is only one. */
export const NONE: NoneValue = { kind: 'none' };
export const TRUE: BoolValue = { kind: 'bool', value: true };
export const FALSE: BoolValue = { kind: 'bool', value: false };

/** An integer node, narrowed to a number where that is exact. */
export function intValue(value: number | bigint): IntValue {
  if (typeof value === 'bigint' && BigInt.asIntN(53, value) === value)
    return { kind: 'int', value: Number(value) };
  return { kind: 'int', value };
}
