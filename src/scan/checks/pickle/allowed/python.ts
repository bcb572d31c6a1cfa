import type { PickleValue } from '../../../../formats/index.ts';
import {
  anyOf,
  attributes,
  CALLED,
  CALLED_CLASS,
  CLASS,
  isBytes,
  isClass,
  isData,
  isDataOrValue,
  isDict,
  isInt,
  isList,
  isNone,
  isNumber,
  isText,
  isTuple,
  madeBy,
  named,
  stateOf,
  takes,
  takesMany,
  text,
  VALUE,
} from './arguments.ts';
import type { AllowedNames, AllowedRow, CallRule, StateRule } from './row.ts';
import { rows } from './row.ts';

/** Classes whose objects behave as dicts: what a state dictionary is, so none of their methods may be replaced. */
const DICT_METHODS: ReadonlySet<string> = new Set([
  'clear',
  'copy',
  'elements',
  'fromkeys',
  'get',
  'items',
  'keys',
  'most_common',
  'move_to_end',
  'pop',
  'popitem',
  'setdefault',
  'subtract',
  'total',
  'update',
  'values',
]);

const dictAttributes: StateRule = (state, asking) => {
  if (state.kind === 'dict') {
    const shadowed = state.entries.find(([key]) => key.kind === 'str' && DICT_METHODS.has(key.text ?? ''));
    if (shadowed !== undefined) return { what: 'a method of the dictionary is replaced', isAttack: true };
  }
  return attributes(state, asking);
};

const DICTIONARY: AllowedRow = { isClass: true, state: dictAttributes, entries: true };
const isPairs = anyOf(isList, isTuple, isDict);

/** What a missing key may make. */
const isFactory = anyOf(
  isNone,
  named(
    ...['list', 'dict', 'int', 'float', 'str', 'set', 'tuple', 'bool', 'bytes'].map(
      (name) => `builtins.${name}`,
    ),
    ...['OrderedDict', 'Counter', 'defaultdict', 'deque'].map((name) => `collections.${name}`),
  ),
);

/** `getattr(owner, name)`: bound methods, nested classes, members of enumerations. */
const getAttribute: CallRule = ({ args }, asking) => {
  const [owner, attribute, ...more] = args;
  const name = asking.nameOf(owner) ?? asking.classOf(owner);
  if (name === undefined || attribute?.kind !== 'str' || attribute.text === undefined || more.length > 0)
    return { what: 'an attribute of something unknown' };
  const isOrdinary = asking.isAttribute(name, attribute.text);
  return isOrdinary ? undefined : { what: `the attribute ${attribute.text} of ${name.path}` };
};

/** `copyreg.__newobj__(cls, *args)`. */
const makeNew: CallRule = (call, asking) =>
  asking.isClass(call.args[0])
    ? takesMany(isDataOrValue)(call, asking)
    : { what: 'something that is no known class' };

const isPartialTarget = anyOf((value, asking) => asking.isValue(value), madeBy('functools.partial'));
const isPrototype = named(
  ...['object', 'dict', 'list', 'tuple', 'set', 'frozenset', 'int', 'float', 'complex', 'str', 'bytes'].map(
    (name) => `builtins.${name}`,
  ),
);

/** Exceptions end up in results of searches and in callbacks. Those that end a program are left out. */
const EXCEPTIONS = `
  ArithmeticError AssertionError AttributeError BaseException BlockingIOError BrokenPipeError BufferError BytesWarning ConnectionError
  DeprecationWarning EOFError Exception FileExistsError FileNotFoundError FloatingPointError FutureWarning IOError ImportError ImportWarning
  IndexError InterruptedError IsADirectoryError KeyError LookupError MemoryError ModuleNotFoundError NameError NotADirectoryError
  NotImplementedError OSError OverflowError PendingDeprecationWarning PermissionError RecursionError ReferenceError ResourceWarning
  RuntimeError RuntimeWarning StopIteration SyntaxError SyntaxWarning SystemError TimeoutError TypeError UnboundLocalError
  UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeWarning UserWarning ValueError Warning ZeroDivisionError`;

const BUILTINS: Readonly<Record<string, AllowedRow>> = {
  'builtins.getattr': { onlyCalled: true, isGuarded: true, call: getAttribute },
  // Only the types of singletons have no name of their own.
  'builtins.type': {
    onlyCalled: true,
    isGuarded: true,
    call: takes([anyOf(isNone, named('builtins.Ellipsis', 'builtins.NotImplemented'))]),
  },
  ...rows('builtins.set builtins.frozenset builtins.list builtins.tuple', {
    isClass: true,
    call: takes([isPairs], 0),
    items: true,
  }),
  'builtins.dict': { isClass: true, call: takes([isPairs], 0), entries: true },
  ...rows('builtins.bytes builtins.bytearray', {
    isClass: true,
    call: takes([anyOf(isBytes, isInt, isList), isText], 0),
    items: true,
  }),
  'builtins.complex': { isClass: true, call: takes([isNumber, isNumber], 0) },
  ...rows('builtins.int builtins.float builtins.bool builtins.str builtins.object', { isClass: true }),
  ...rows('builtins.slice builtins.range', { isClass: true, call: takesMany(isData) }),
  ...rows(
    `builtins.Ellipsis builtins.NotImplemented builtins.len builtins.abs builtins.min builtins.max builtins.sum
     builtins.round builtins.all builtins.any builtins.sorted builtins.repr builtins.hash builtins.id builtins.ord builtins.chr builtins.print builtins.pow builtins.divmod`,
    VALUE,
  ),
  ...rows(EXCEPTIONS.trim().replaceAll(/(\S+)/g, 'builtins.$1'), CALLED_CLASS),
};

/** Python's own data types, as pickles of every protocol write them. */
export const PYTHON_NAMES: AllowedNames = {
  exact: {
    ...BUILTINS,
    'collections.OrderedDict': { ...DICTIONARY, call: takes([isPairs], 0) },
    'collections.Counter': { ...DICTIONARY, call: takes([isPairs], 0) },
    'collections.defaultdict': {
      ...DICTIONARY,
      isGuarded: true,
      call: takes([isFactory, isPairs], 0),
    },
    'collections.deque': {
      isClass: true,
      call: takes([anyOf(isTuple, isList), anyOf(isInt, isNone)], 0),
      items: true,
      state: attributes,
    },
    ...rows('collections.UserDict collections.UserList collections.ChainMap', CLASS),
    ...rows(
      'datetime.datetime datetime.date datetime.time datetime.timedelta datetime.timezone',
      CALLED_CLASS,
    ),
    'zoneinfo.ZoneInfo': { isClass: true },
    'zoneinfo.ZoneInfo._unpickle': { call: takes([text(/^(?!.*\.\.)[\w+-][\w+/-]*$/), isInt]) },
    ...rows('pytz._UTC pytz._p', CALLED),
    ...rows(
      'dateutil.tz.tz.tzutc dateutil.tz.tz.tzlocal dateutil.tz.tz.tzoffset dateutil.tz.tzutc',
      CALLED_CLASS,
    ),
    'time.struct_time': { call: takes([isTuple, isDict], 1) },
    ...rows('decimal.Decimal fractions.Fraction', { isClass: true, call: takesMany(isData) }),
    'uuid.UUID': CLASS,
    'uuid.SafeUUID': { call: takes([anyOf(isInt, isNone)]) },
    ...rows(
      `pathlib.Path pathlib.PosixPath pathlib.WindowsPath pathlib.PurePath pathlib.PurePosixPath pathlib.PureWindowsPath
       pathlib._local.Path pathlib._local.PosixPath pathlib._local.WindowsPath pathlib._local.PurePosixPath`,
      { isClass: true, call: takesMany(isText) },
    ),
    'array.array': {
      isClass: true,
      call: takes([text(/^[a-zA-Z]$/), anyOf(isList, isBytes)], 1),
      state: attributes,
    },
    'array._array_reconstructor': {
      call: takes([named('array.array'), text(/^[a-zA-Z]$/), isInt, isBytes]),
    },
    ...rows('argparse.Namespace types.SimpleNamespace random.Random', CLASS),
    're._compile': { call: takes([anyOf(isText, isBytes), isInt]) },
    'logging.getLogger': { call: takes([isText], 0) },
    'operator.itemgetter': { isClass: true, call: takesMany(isData) },
    'functools.partial': {
      onlyCalled: true,
      isGuarded: true,
      call: takes([isPartialTarget]),
      state: stateOf(isPartialTarget, isTuple, anyOf(isDict, isNone), anyOf(isDict, isNone)),
    },
    'copyreg._reconstructor': { call: takes([isClass, isPrototype, isData]) },
    'copyreg.__newobj__': { call: makeNew },
    'copyreg.__newobj_ex__': { call: takes([isClass, isTuple, isDict]) },
    '_codecs.encode': { call: takes([isText, text(/^(?:latin-?1|utf-?8|ascii)$/i)], 1) },
    ...rows('_io.BytesIO io.BytesIO _io.StringIO io.StringIO', {
      isClass: true,
      state: stateOf(anyOf(isBytes, isText), (value: PickleValue) => isNumber(value) || value.kind === 'str'),
    }),
    ...rows(
      'typing.Any typing.Dict typing.List typing.Optional typing.Tuple typing.Union typing.Callable',
      VALUE,
    ),
  },
  patterns: [],
};
