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
  isInt,
  isNone,
  isShape,
  isText,
  madeBy,
  named,
  namedLike,
  takes,
  takesMany,
  text,
  VALUE,
} from './arguments.ts';
import { type AllowedNames, type AllowedRow, rows } from './row.ts';

const isArrayClass = namedLike(
  /^numpy\.(?:ndarray|matrix|recarray|memmap|chararray|rec\.recarray|char\.chararray|ma\.(?:core\.)?MaskedArray|core\.(?:records\.recarray|memmap\.memmap|defchararray\.chararray)|matrixlib\.defmatrix\.matrix|ma\.mrecords\.MaskedRecords)$/,
);
const isDtype = anyOf(
  madeBy('numpy.dtype', 'numpy.core._internal._convert_to_stringdtype_kwargs'),
  isText,
  namedLike(/^numpy\.\w+$/),
);
const isBitGenerator = namedLike(/^numpy\.random\._(?:mt19937|pcg64|philox|sfc64)\.\w+$/);
const BIT_GENERATOR_MAKER = 'numpy.random._pickle.__bit_generator_ctor';

/** A maker of random generators calls its second argument. */
const GENERATOR_MAKER: AllowedRow = {
  isGuarded: true,
  call: takes([anyOf(isText, isBitGenerator, madeBy(BIT_GENERATOR_MAKER)), named(BIT_GENERATOR_MAKER)], 0),
  state: attributes,
};

const NUMERIC_FUNCTIONS = `
  abs absolute add all allclose amax amin any arccos arccosh arcsin arcsinh arctan arctan2 arctanh argmax argmin around array asarray
  average bincount cbrt ceil clip concatenate conj copysign corrcoef cos cosh count_nonzero cov cumprod cumsum deg2rad degrees diff
  divide dot empty equal exp exp2 expm1 eye fabs floor fmax fmin full greater heaviside hypot identity isfinite isinf isnan less
  linspace log log10 log1p log2 logaddexp logical_and logical_not logical_or max maximum mean median min minimum mod multiply nan_to_num
  nanmax nanmean nanmedian nanmin nanpercentile nanstd nansum nanvar negative not_equal ones ones_like percentile power prod ptp
  quantile rad2deg radians ravel reciprocal remainder reshape rint round round_ sign sin sinh sort sqrt square squeeze std subtract sum
  tan tanh transpose true_divide trunc unique var where zeros zeros_like`;

/** NumPy's arrays, types, scalars and random generators. `numpy._core` (2.0) is looked up as `numpy.core`. */
export const NUMPY_NAMES: AllowedNames = {
  exact: {
    'numpy.dtype': {
      isClass: true,
      call: takes([anyOf(isText, isDtype, isData), isInt, isInt], 1),
      state: attributes,
    },
    'numpy.core.multiarray._reconstruct': {
      call: takes([isArrayClass, isShape, isBytes]),
      state: attributes,
    },
    'numpy.core.multiarray.scalar': { call: takes([isDtype, isData], 1) },
    'numpy.core.numeric._frombuffer': { call: takes([isData, isDtype, isShape, isText]), state: attributes },
    'numpy.core._internal._convert_to_stringdtype_kwargs': CALLED,
    // Imports the module that it is given and looks the name up.
    'numpy.core._ufunc_reconstruct': {
      onlyCalled: true,
      isGuarded: true,
      call: takes([
        text(/^(?:numpy|numpy\._?core\._multiarray_umath|scipy\.special(?:\._ufuncs)?)$/),
        text(new RegExp(`^(?:${NUMERIC_FUNCTIONS.trim().replaceAll(/\s+/g, '|')}|expit|logit)$`)),
      ]),
    },
    'numpy.ma.core._mareconstruct': {
      call: takes([isArrayClass, isArrayClass, isShape, anyOf(isText, isBytes)]),
      state: attributes,
    },
    'numpy.ma.core.MaskedConstant': CLASS,
    [BIT_GENERATOR_MAKER]: {
      call: takes([anyOf(isText, isBitGenerator)], 0),
      state: attributes,
    },
    'numpy.random._pickle.__generator_ctor': GENERATOR_MAKER,
    'numpy.random._pickle.__randomstate_ctor': GENERATOR_MAKER,
    'numpy.random.__RandomState_ctor': { call: takes([], 0), state: attributes },
    'numpy.random.bit_generator.SeedSequence': { isClass: true },
    ...rows(
      `numpy.ndarray numpy.matrix numpy.recarray numpy.record numpy.memmap numpy.chararray numpy.rec.recarray numpy.char.chararray
       numpy.ma.MaskedArray numpy.ma.core.MaskedArray numpy.core.records.recarray numpy.core.records.record numpy.core.memmap.memmap
       numpy.core.defchararray.chararray numpy.matrixlib.defmatrix.matrix numpy.poly1d numpy.lib.polynomial.poly1d numpy.vectorize
       numpy.lib.function_base.vectorize numpy.broadcast numpy.ndenumerate numpy.ndindex`,
      CLASS,
    ),
    ...rows(NUMERIC_FUNCTIONS.trim().replaceAll(/(\S+)/g, 'numpy.$1'), VALUE),
  },
  patterns: [
    {
      module: /^numpy$/,
      name: /^(?:bool_?|u?int(?:8|16|32|64|c|p|_)?|float(?:16|32|64|96|128|_)?|complex(?:64|128|192|256|_)?|str_?|bytes_|string_|unicode_|object_?|void|datetime64|timedelta64|u?(?:byte|short|long|longlong)|half|single|double|longdouble|c?longfloat|csingle|cdouble|clongdouble|generic|number|integer|floating|signedinteger|unsignedinteger)$/,
      row: { isClass: true },
    },
    { module: /^numpy\.dtypes$/, name: /^\w+DType$/, row: CALLED_CLASS },
    {
      module: /^numpy\.random\._(?:mt19937|pcg64|philox|sfc64)$/,
      name: /^[A-Z]\w*$/,
      row: { isClass: true },
    },
    {
      module: /^numpy\.random(?:\.(?:mtrand|_generator|bit_generator))?$/,
      name: /^(?:RandomState|Generator|BitGenerator|MT19937|PCG64(?:DXSM)?|Philox|SFC64)$/,
      row: CLASS,
    },
    { module: /^numpy\.polynomial\.\w+$/, name: /^[A-Z]\w*$/, row: CLASS },
    {
      module:
        /^numpy\.core\.(?:_multiarray_umath|umath|fromnumeric|numeric|_methods)$|^numpy\.lib\.(?:function_base|_function_base_impl|nanfunctions|_nanfunctions_impl)$|^numpy\.linalg(?:\.\w+)?$/,
      name: new RegExp(`^(?:${NUMERIC_FUNCTIONS.trim().replaceAll(/\s+/g, '|')}|norm|inv|pinv|det)$`),
      row: VALUE,
    },
    // What Cython writes for its classes: the class, a checksum of its layout, its state.
    {
      module: /^(?:numpy|scipy|sklearn|pandas|lightgbm|xgboost|catboost)\./,
      name: /^__pyx_unpickle_\w+$/,
      row: {
        call: takes([isClass, isInt, anyOf(isNone, isDataOrValue)], 2),
        state: attributes,
      },
    },
    {
      module: /^(?:sklearn|scipy)\./,
      name: /^newObj$/,
      row: { call: takesMany(isClass), state: attributes },
    },
  ],
};
