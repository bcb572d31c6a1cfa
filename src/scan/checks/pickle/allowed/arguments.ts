import type { DictValue, PickleValue } from '../../../../formats/index.ts';
import type { AllowedRow, Asking, CallRule, Objection, StateRule } from './row.ts';

/** Whether one argument is what it should be. */
export type Matcher = (value: PickleValue, asking: Asking) => boolean;

export const isText = (value: PickleValue): boolean => value.kind === 'str';
export const isInt = (value: PickleValue): boolean => value.kind === 'int' || value.kind === 'bool';
export const isNumber = (value: PickleValue): boolean => isInt(value) || value.kind === 'float';
export const isNone = (value: PickleValue): boolean => value.kind === 'none';
export const isDict = (value: PickleValue): boolean => value.kind === 'dict';
export const isTuple = (value: PickleValue): boolean => value.kind === 'tuple';
export const isList = (value: PickleValue): boolean => value.kind === 'list';

/** Raw bytes, also as protocols below 3 spell them: `_codecs.encode(text, 'latin1')`, `bytes()`, a Python 2 string. */
export const isBytes: Matcher = (value, asking) => {
  if (value.kind === 'bytes' || value.kind === 'bytearray' || value.kind === 'str') return true;
  const maker = value.kind === 'call' ? asking.nameOf(value.callee)?.path : undefined;
  return maker !== undefined && ['_codecs.encode', 'builtins.bytes', 'builtins.bytearray'].includes(maker);
};

/** Anything that is neither an import nor an outcome that only the loader knows. */
export const isData = (value: PickleValue): boolean =>
  value.kind !== 'global' && value.kind !== 'extension' && value.kind !== 'unknown';

/** An import that the list lets be a class. */
export const isClass: Matcher = (value, asking) => asking.isClass(value);

/** Data, or an import that the list lets be handed around. */
export const isDataOrValue: Matcher = (value, asking) => isData(value) || asking.isValue(value);

/** A tuple of whole numbers: a shape, a stride. */
export const isShape = (value: PickleValue): boolean => value.kind === 'tuple' && value.items.every(isInt);

export function anyOf(...matchers: readonly Matcher[]): Matcher {
  return (value, asking) => matchers.some((matches) => matches(value, asking));
}

/** An import of one of these names. */
export function named(...paths: readonly string[]): Matcher {
  return (value, asking) => paths.includes(asking.nameOf(value)?.path ?? '');
}

/** An import of a name that fits. */
export function namedLike(pattern: RegExp): Matcher {
  return (value, asking) => pattern.test(asking.nameOf(value)?.path ?? '');
}

/** The outcome of a call whose class or function has one of these names. */
export function madeBy(...paths: readonly string[]): Matcher {
  return (value, asking) =>
    value.kind === 'call' &&
    (paths.includes(asking.nameOf(value.callee)?.path ?? '') ||
      paths.includes(asking.classOf(value)?.path ?? ''));
}

/** Text that fits. */
export function text(pattern: RegExp): Matcher {
  return (value) => value.kind === 'str' && value.text !== undefined && pattern.test(value.text);
}

/** A rule over the positions of the arguments; those behind the first `required` may be left out. */
export function takes(matchers: readonly Matcher[], required: number = matchers.length): CallRule {
  return ({ args, call }, asking) => {
    if (call.kwargs !== undefined && !isEmptyDict(call.kwargs)) return { what: 'keyword arguments' };
    if (args.length < required || args.length > matchers.length) return { what: `${args.length} arguments` };
    return objectionTo(args, matchers, asking);
  };
}

/** A rule for any number of arguments, all alike. */
export function takesMany(matches: Matcher): CallRule {
  return ({ args, call }, asking) => {
    if (call.kwargs !== undefined && !isEmptyDict(call.kwargs)) return { what: 'keyword arguments' };
    const at = args.findIndex((value) => !matches(value, asking));
    return at === -1 ? undefined : { what: `argument ${at + 1} is not what it should be` };
  };
}

/** A tuple of these parts; with fewer matchers than parts, the rest is any data. */
export function stateOf(...matchers: readonly Matcher[]): StateRule {
  return (state, asking) => {
    if (state.kind !== 'tuple') return { what: 'a state that is no tuple' };
    return objectionTo(state.items, matchers, asking);
  };
}

function objectionTo(
  values: readonly PickleValue[],
  matchers: readonly Matcher[],
  asking: Asking,
): Objection | undefined {
  const at = values.findIndex((value, index) => !(matchers[index] ?? isDataOrValue)(value, asking));
  return at === -1 ? undefined : { what: `argument ${at + 1} is not what it should be` };
}

function isEmptyDict(value: PickleValue): boolean {
  return value.kind === 'dict' && value.entries.length === 0;
}

const DUNDER = /^__\w+__$/;

/**
 * Attributes as objects without a `__setstate__` of their own take them: a dict, or a tuple with a dict and the values
 * of slots. Names of the interpreter's own hooks are no attributes of a model.
 */
export const attributes: StateRule = (state, asking) => {
  if (state.kind === 'none' || state.kind === 'bool' || state.kind === 'int') return undefined;
  if (state.kind === 'dict') return objectionToKeys(state);
  if (state.kind !== 'tuple') return { what: `a state that is a ${state.kind}` };
  for (const part of state.items) {
    const objection = part.kind === 'dict' ? objectionToKeys(part) : undefined;
    if (objection !== undefined) return objection;
    // A subclass of dict is taken for one, with whatever keys its construction gave it.
    if (isMapping(part, asking)) return { what: 'attributes that do not come in a plain dict' };
  }
  return undefined;
};

const isMapping = madeBy(
  'collections.OrderedDict',
  'collections.Counter',
  'collections.defaultdict',
  'builtins.dict',
);

/** As `attributes`, for classes whose `__setstate__` is handed on to `dict.update`, which takes more than dicts. */
export const plainAttributes: StateRule = (state, asking) =>
  state.kind === 'dict' ? attributes(state, asking) : { what: `a state that is a ${state.kind}` };

function objectionToKeys(state: DictValue): Objection | undefined {
  for (const [key, value] of state.entries) {
    if (key.kind === 'int') continue;
    if (key.kind !== 'str' || key.text === undefined) return { what: `an attribute named by a ${key.kind}` };
    if (DUNDER.test(key.text) && !isLabel(key.text, value))
      return { what: `the attribute ${key.text}`, isAttack: true };
    if (key.text === '_parse_arg_template' && !isScipyTemplate(value))
      return { what: 'code that SciPy executes when it loads a distribution', isAttack: true };
  }
  return undefined;
}

/** What functions and classes are called and described by, copied to instances by some libraries. */
function isLabel(name: string, value: PickleValue): boolean {
  return (
    ['__doc__', '__name__', '__qualname__', '__module__'].includes(name) &&
    (value.kind === 'str' || value.kind === 'none')
  );
}

const TEMPLATE_HEAD = /^\ndef _parse_args\(self, ((?:[A-Za-z_]\w*, )*) (loc=0(?:, scale=1)?)\):/;

/**
 * Whether text is what `scipy.stats` itself builds its argument parsers from. It is executed when a distribution is
 * loaded, so it must be that to the letter.
 */
function isScipyTemplate(value: PickleValue): boolean {
  const template = value.kind === 'str' ? (value.text ?? '') : '';
  const [, shapes, given] = TEMPLATE_HEAD.exec(template) ?? [];
  if (shapes === undefined || given === undefined) return false;
  const used = given.includes('scale') ? 'loc, scale' : 'loc, 1';
  return (
    template ===
    [
      '',
      `def _parse_args(self, ${shapes} ${given}):`,
      `    return (${shapes}), ${used}`,
      '',
      `def _parse_args_rvs(self, ${shapes} ${given}, size=None):`,
      `    return self._argcheck_rvs(${shapes} ${used}, size=size)`,
      '',
      `def _parse_args_stats(self, ${shapes} ${given}, moments='mv'):`,
      `    return (${shapes}), ${used}, moments`,
      '',
    ].join('\n')
  );
}

/** An ordinary class: made empty, then given its attributes. */
export const CLASS = { isClass: true, state: attributes } as const;

/** A class whose constructor is called with data, too. */
export const CALLED_CLASS: AllowedRow = { ...CLASS, call: takesMany(isDataOrValue) };

/** An enumeration: called with the value of a member. */
export const ENUM: AllowedRow = { call: takes([anyOf(isText, isInt)]) };

/** A function or constant that is handed around and not called. */
export const VALUE: AllowedRow = {};

/** `Class.attribute` and functions of a module, which are called with data. */
export const CALLED: AllowedRow = { call: takesMany(isDataOrValue), state: attributes };
