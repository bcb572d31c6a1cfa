import type { CallValue, GlobalValue, PickleValue } from '../../../formats/index.ts';
import type { AllowedRow, Asking, Objection } from './allowed/index.ts';
import { attributeOf, type GlobalName, nameOf } from './global-name.ts';
import { containedClassOf } from './persistent-id.ts';
import { type Standing, Standings } from './standing.ts';
import { isTorchLegacyFile } from './torch-magic.ts';

/** Functions that make an object of the class that they are given first. */
const CLASS_FIRST =
  /^(?:copyreg\.(?:_reconstructor|__newobj__|__newobj_ex__)|.*\.(?:__pyx_unpickle_\w+|newObj|_reconstruct|_mareconstruct|_new_\w*Index))$/;

/** Of carried code: functions that give classes and types, not functions to be run. */
const GIVES_TYPES =
  /\._?(?:builtin_type|load_type|create_type|make_skeleton_class|make_skeleton_enum|get_attr)$/;

/** The lists, asked about values of a stream: what they are, what they make, how they may be used. */
export class Lists implements Asking {
  readonly standings: Standings;
  /** Strings and bytes that allowed calls load as files of PyTorch's older form. */
  readonly torchFiles = new Set<PickleValue>();

  constructor(isTorchScript: boolean) {
    this.standings = new Standings(isTorchScript);
  }

  nameOf(value: PickleValue | undefined): GlobalName | undefined {
    const target = value === undefined ? undefined : importOf(value);
    return target === undefined ? undefined : nameOf(target);
  }

  isValue(value: PickleValue | undefined): boolean {
    const row = this.#rowOf(value);
    return row !== undefined && row.onlyCalled !== true;
  }

  isClass(value: PickleValue | undefined): boolean {
    return this.#rowOf(value)?.isClass === true;
  }

  classOf(value: PickleValue | undefined): GlobalName | undefined {
    if (value?.kind !== 'call') return undefined;
    const standing = this.calleeOf(value.callee);
    if (standing?.kind !== 'allowed') return undefined;
    if (standing.row.isClass === true) return standing.name;
    const first = value.args.kind === 'tuple' ? value.args.items[0] : undefined;
    return CLASS_FIRST.test(standing.name.path) && this.isClass(first) ? this.nameOf(first) : undefined;
  }

  isAttribute(owner: GlobalName, attribute: string): boolean {
    return this.standings.ofName(attributeOf(owner, attribute)).kind === 'allowed';
  }

  judgeCall(callee: PickleValue, args: PickleValue): Objection | undefined {
    const standing = this.calleeOf(callee);
    if (standing?.kind !== 'allowed') return { what: 'a call of something that is not known' };
    const call: CallValue = {
      kind: 'call',
      by: 'REDUCE',
      callee,
      args,
      kwargs: undefined,
      offset: 0,
      changes: { states: [], items: [], entries: [] },
    };
    return this.objectionTo(call, standing);
  }

  loadsTorch(value: PickleValue): boolean {
    const held = heldBytes(value, this.nameOf(value.kind === 'call' ? value.callee : undefined)?.path);
    if (held === undefined || !isTorchLegacyFile(held.bytes)) return false;
    this.torchFiles.add(held.constant);
    return true;
  }

  /** What is called; `undefined` where only running the stream would tell. */
  calleeOf(callee: PickleValue): Standing | undefined {
    const target = importOf(callee);
    if (target !== undefined) return this.standings.of(target);
    if (callee.kind !== 'call') return undefined;
    const inner = callee.callee.kind === 'global' ? this.standings.of(callee.callee) : undefined;
    if (inner?.kind === 'allowed' && inner.name.path === 'builtins.getattr') return this.#attributeOf(callee);
    if (inner?.kind === 'code' && GIVES_TYPES.test(inner.name.path)) return inner;
    return undefined;
  }

  /** What speaks against a call of something allowed. */
  objectionTo(call: CallValue, standing: Extract<Standing, { kind: 'allowed' }>): Objection | undefined {
    const { row, name } = standing;
    if (call.args.kind !== 'tuple') return { what: 'arguments that only another call knows' };
    const args = call.args.items;
    if (row.isClass === true && args.length === 0 && call.kwargs === undefined) return undefined;
    if (isConstruction(call) && row.isClass === true) return this.#objectionToNew(call, args);
    return row.call === undefined
      ? { what: 'it is never called by what writes it' }
      : row.call({ name, call, args }, this);
  }

  /** The row that says how the object of a call may be changed. */
  rowOfObject(call: CallValue): { row: AllowedRow; state: AllowedRow['state'] } | undefined {
    const standing = this.calleeOf(call.callee);
    if (standing?.kind !== 'allowed') return undefined;
    const name = this.classOf(call);
    const made = name === undefined ? standing : this.standings.ofName(name);
    if (made.kind !== 'allowed') return undefined;
    return { row: made.row, state: standing.row.state ?? made.row.state };
  }

  #rowOf(value: PickleValue | undefined): AllowedRow | undefined {
    if (value?.kind === 'call') {
      const standing = this.calleeOf(value);
      return standing?.kind === 'allowed' ? standing.row : undefined;
    }
    const target = value === undefined ? undefined : importOf(value);
    const standing = target === undefined ? undefined : this.standings.of(target);
    return standing?.kind === 'allowed' ? standing.row : undefined;
  }

  /** `cls.__new__(cls, *args)`: classes of the lists only look at data. */
  #objectionToNew(call: CallValue, args: readonly PickleValue[]): Objection | undefined {
    if (call.kwargs !== undefined && call.kwargs.kind !== 'dict') return { what: 'hidden keyword arguments' };
    const given = [...args, ...(call.kwargs?.entries.map(([, value]) => value) ?? [])];
    const isOrdinary = given.every((value) => value.kind !== 'global' || this.isValue(value));
    return isOrdinary ? undefined : { what: 'a class made with something that is not known' };
  }

  #attributeOf({ args }: CallValue): Standing | undefined {
    if (args.kind !== 'tuple') return undefined;
    const [owner, attribute] = args.items;
    const name = this.nameOf(owner) ?? this.classOf(owner);
    if (name === undefined || attribute?.kind !== 'str' || attribute.text === undefined) return undefined;
    return this.standings.ofName(attributeOf(name, attribute.text));
  }
}

/** The import that a value is, also where the loader gives it back for a container of PyTorch's older form. */
function importOf(value: PickleValue): GlobalValue | undefined {
  return value.kind === 'global' ? value : containedClassOf(value);
}

/** The bytes of a value, and the constant that they are: protocols below 3 write `_codecs.encode(text, 'latin1')`. */
function heldBytes(
  value: PickleValue,
  callee: string | undefined,
): { readonly bytes: Uint8Array; readonly constant: PickleValue } | undefined {
  if (value.kind === 'bytes')
    return value.bytes === undefined ? undefined : { bytes: value.bytes, constant: value };
  if (value.kind !== 'call' || callee !== '_codecs.encode' || value.args.kind !== 'tuple') return undefined;
  const [text] = value.args.items;
  return text?.kind === 'str' && text.text !== undefined
    ? { bytes: new Uint8Array(Buffer.from(text.text, 'latin1')), constant: text }
    : undefined;
}

/** Whether only `__new__` runs: NEWOBJ, and OBJ or INST without arguments. */
function isConstruction({ by }: CallValue): boolean {
  return by === 'NEWOBJ' || by === 'NEWOBJ_EX';
}
