import type { PickleValue } from '../../../../formats/index.ts';
import {
  anyOf,
  attributes,
  CLASS,
  isBytes,
  isClass,
  isData,
  isDataOrValue,
  isDict,
  isInt,
  isList,
  isNone,
  isShape,
  isText,
  isTuple,
  type Matcher,
  madeBy,
  namedLike,
  takes,
  takesMany,
  text,
  VALUE,
} from './arguments.ts';
import { type AllowedNames, type AllowedRow, type CallRule, rows } from './row.ts';

const isStorage = anyOf(
  (value: PickleValue) => value.kind === 'persistent',
  madeBy('torch.storage._load_from_bytes'),
);
/** `backward_hooks`: always written empty; hooks would be functions. */
const isNoHooks: Matcher = (value, asking) =>
  isNone(value) ||
  (value.kind === 'call' &&
    asking.nameOf(value.callee)?.path === 'collections.OrderedDict' &&
    value.args.kind === 'tuple' &&
    value.args.items.length === 0 &&
    value.changes.entries.length === 0 &&
    value.changes.states.length === 0);
const isRebuilt = anyOf((value: PickleValue) => value.kind === 'call' || value.kind === 'persistent');
const isDtype = namedLike(
  /^torch\.(?:float\d*(?:_\w+)?|double|half|bfloat16|bool|u?int\d*|short|long|complex\d*|chalf|cfloat|cdouble|q\w+|bits\w+)$/,
);
const isLayout = anyOf(
  madeBy('torch.serialization._get_layout'),
  namedLike(/^torch\.(?:strided|sparse_\w+|_mkldnn|jagged)$/),
);

const PLACE: readonly Matcher[] = [isInt, isShape, isShape];
const TENSOR: AllowedRow = { isClass: true, call: takesMany(isData), state: attributes };

/** `_rebuild_from_type_v2(function, class, arguments, state)` calls its first argument. */
const rebuildFromType: CallRule = ({ args }, asking) => {
  const [rebuild, type, inner, state, ...more] = args;
  if (
    rebuild === undefined ||
    type === undefined ||
    inner === undefined ||
    state === undefined ||
    more.length > 0
  )
    return { what: `${args.length} arguments` };
  const path = asking.nameOf(rebuild)?.path ?? 'something unknown';
  if (!/^torch\._utils\._rebuild_\w+$/.test(path)) return { what: `it would call ${path}` };
  if (!asking.isClass(type)) return { what: 'a class that is not known' };
  return asking.judgeCall(rebuild, inner);
};

const FUNCTIONS: Readonly<Record<string, AllowedRow>> = {
  'torch._utils._rebuild_tensor': { call: takes([isStorage, ...PLACE]), state: attributes },
  'torch._utils._rebuild_tensor_v2': {
    call: takes([isStorage, ...PLACE, isInt, isNoHooks, anyOf(isDict, isNone)], 5),
    state: attributes,
  },
  'torch._utils._rebuild_tensor_v3': {
    call: takes([isStorage, ...PLACE, isInt, isNoHooks, isDtype, anyOf(isDict, isNone)], 7),
    state: attributes,
  },
  'torch._utils._rebuild_parameter': { call: takes([isRebuilt, isInt, isNoHooks]), state: attributes },
  'torch._utils._rebuild_parameter_with_state': {
    call: takes([isRebuilt, isInt, isNoHooks, isData]),
    state: attributes,
  },
  'torch._utils._rebuild_qtensor': {
    call: takes([isStorage, ...PLACE, isTuple, isInt, isNoHooks]),
  },
  ...rows('torch._utils._rebuild_sparse_tensor torch._utils._rebuild_sparse_csr_tensor', {
    call: takes([isLayout, isTuple]),
  }),
  'torch._utils._rebuild_nested_tensor': { call: takesMany(isData) },
  'torch._utils._rebuild_meta_tensor_no_storage': { call: takes([isDtype, isShape, isShape, isInt]) },
  'torch._utils._rebuild_wrapper_subclass': {
    call: takes([isClass, isDtype, isDataOrValue, isDataOrValue, isInt, isLayout, isDataOrValue, isInt]),
  },
  'torch._utils._rebuild_device_tensor_from_numpy': { call: takes([isRebuilt, isDtype, isText, isInt]) },
  'torch._utils._rebuild_device_tensor_from_cpu_tensor': {
    call: takes([isRebuilt, isDtype, isText, isInt]),
  },
  ...rows(
    'torch._tensor._rebuild_from_type_v2 torch._tensor._rebuild_from_type torch.tensor._rebuild_from_type',
    {
      onlyCalled: true,
      isGuarded: true,
      call: rebuildFromType,
      state: attributes,
    },
  ),
  // A full unpickler over the bytes: they must be a file of PyTorch's older form, which is scanned as such.
  'torch.storage._load_from_bytes': {
    onlyCalled: true,
    isGuarded: true,
    call: ({ args }, asking) =>
      args.length === 1 && args[0] !== undefined && isBytes(args[0], asking) && asking.loadsTorch(args[0])
        ? undefined
        : { what: 'bytes that are no tensor storage of PyTorch' },
  },
  'torch.serialization._get_layout': { call: takes([text(/^torch\.\w+$/)]) },
  'torch.Size': { isClass: true, call: takes([isShape]) },
  'torch.device': { isClass: true, call: takes([isText, isInt], 1) },
};

const ACTIVATIONS =
  'relu gelu tanh sigmoid softmax log_softmax silu elu celu selu mish hardtanh leaky_relu rrelu relu_ softplus hardswish hardsigmoid';

/** PyTorch's tensors, storages, types, modules and optimisers. */
export const TORCH_NAMES: AllowedNames = {
  exact: {
    ...FUNCTIONS,
    ...rows(
      'torch.Tensor torch._tensor.Tensor torch.nn.parameter.Parameter torch.nn.parameter.Buffer torch.nn.Parameter',
      TENSOR,
    ),
    ...rows(ACTIVATIONS.replaceAll(/(\S+)/g, 'torch.$1'), VALUE),
    // What TorchScript archives write for typed lists.
    ...rows(
      'torch.jit._pickle.build_intlist torch.jit._pickle.build_doublelist torch.jit._pickle.build_boollist torch.jit._pickle.build_tensorlist',
      { call: takes([isList]) },
    ),
    'torch.jit._pickle.restore_type_tag': { call: takes([isData, isText]) },
    'torch.jit._pickle.build_tensor_from_id': { call: takes([isInt]) },
  },
  patterns: [
    {
      module: /^torch(?:\.cuda|\.storage)?$/,
      name: /^(?:Untyped|Typed|_Untyped|_Typed|_Legacy|Float|Double|Half|BFloat16|Byte|Char|Short|Int|Long|Bool|ComplexFloat|ComplexDouble|QInt8|QUInt8|QInt32|QUInt4x2|QUInt2x4)Storage$/,
      row: VALUE,
    },
    {
      module: /^torch$/,
      name: /^(?:float\d*(?:_\w+)?|double|half|bfloat16|bool|u?int\d*|short|long|complex\d*|chalf|cfloat|cdouble|quint\w+|qint\d+|bits\w+|strided|sparse_\w+|jagged|per_(?:tensor|channel)_\w+|contiguous_format|preserve_format|channels_last(?:_3d)?)$/,
      row: VALUE,
    },
    {
      module: /^torch(?:\.cuda)?(?:\.sparse)?$/,
      name: /^(?:Float|Double|Half|BFloat16|Byte|Char|Short|Int|Long|Bool)Tensor$/,
      row: TENSOR,
    },
    {
      module:
        /^torch\.(?:nn\.modules|nn\.parameter|nn\.quantized|nn\.intrinsic|nn\.qat|ao\.nn|optim|distributions|quantization\.stubs|nn\.utils\.parametriz\w+)(?:\.\w+)*$/,
      name: /^_?[A-Z]\w*$/,
      row: { ...CLASS, entries: true },
    },
    { module: /^torch\.(?:nn\.functional|_C\._nn)$/, name: /^_?[a-z]\w*$/, row: VALUE },
    { module: /^torchvision\.(?:models|ops|transforms)(?:\.\w+)*$/, name: /^_?[A-Z]\w*$/, row: CLASS },
    { module: /^timm\.(?:models|layers)(?:\.\w+)*$/, name: /^_?[A-Z]\w*$/, row: CLASS },
  ],
};

/** Classes of TorchScript archives, which exist only inside them. */
export const TORCHSCRIPT_NAMES: AllowedNames = {
  exact: {},
  patterns: [
    { module: /^__torch__(?:\.\w+)*$/, name: /^\w+$/, row: { ...CLASS, call: takesMany(isDataOrValue) } },
  ],
};
