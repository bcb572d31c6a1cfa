import type { OpcodeName, PickleEffect, PickleStream, PickleValue } from '../../../formats/index.ts';
import { currentName } from './compat-names.ts';

/** Opcodes of PyTorch's restricted unpickler (`torch/_weights_only_unpickler.py`); any other ends it. */
const OPCODES: ReadonlySet<OpcodeName> = new Set<OpcodeName>([
  'PROTO',
  'STOP',
  'MARK',
  'GLOBAL',
  'NEWOBJ',
  'REDUCE',
  'BUILD',
  'APPEND',
  'APPENDS',
  'SETITEM',
  'SETITEMS',
  'TUPLE',
  'TUPLE1',
  'TUPLE2',
  'TUPLE3',
  'NONE',
  'NEWTRUE',
  'NEWFALSE',
  'EMPTY_TUPLE',
  'EMPTY_LIST',
  'EMPTY_DICT',
  'EMPTY_SET',
  'BININT',
  'BININT1',
  'BININT2',
  'LONG1',
  'BINFLOAT',
  'BINUNICODE',
  'SHORT_BINSTRING',
  'BINPERSID',
  'BINGET',
  'LONG_BINGET',
  'BINPUT',
  'LONG_BINPUT',
]);

const GLOBALS: ReadonlySet<string> = new Set([
  'collections.OrderedDict',
  'collections.Counter',
  'torch.nn.parameter.Parameter',
  'torch.serialization._get_layout',
  'torch.Size',
  'torch.Tensor',
  'torch.device',
  '_codecs.encode',
  'builtins.bytearray',
  'builtins.set',
  'builtins.complex',
  'torch._tensor._rebuild_from_type_v2',
  ...[
    'parameter',
    'parameter_with_state',
    'qtensor',
    'tensor',
    'tensor_v2',
    'tensor_v3',
    'sparse_tensor',
    'meta_tensor_no_storage',
    'wrapper_subclass',
    'device_tensor_from_numpy',
    'device_tensor_from_cpu_tensor',
  ].map((name) => `torch._utils._rebuild_${name}`),
]);

const TYPES =
  /^torch\.(?:(?:cuda\.)?(?:sparse\.)?(?:Float|Double|Half|BFloat16|Byte|Char|Short|Int|Long|Bool)Tensor|(?:cuda\.)?(?:Float|Double|Half|BFloat16|Byte|Char|Short|Int|Long|Bool|ComplexFloat|ComplexDouble|QInt8|QUInt8|QInt32|QUInt4x2|QUInt2x4)Storage|storage\.(?:Typed|Untyped)Storage|float(?:16|32|64|8_\w+|4_\w+)|bfloat16|complex(?:32|64|128)|u?int[1-8]|u?int(?:16|32|64)|bool|quint8|qint8|qint32|quint4x2|quint2x4|bits\w+|per_(?:tensor|channel)_\w+)$/;

const MAPPINGS: ReadonlySet<string> = new Set(['collections.OrderedDict', 'collections.Counter']);
/** What BUILD may give a state to, besides classes that the caller allows. */
const BUILDABLE =
  /^(?:collections\.OrderedDict|torch\.nn\.parameter\.Parameter|torch\.Tensor|torch\._utils\._rebuild_(?:tensor|parameter).*|torch\._tensor\._rebuild_from_type_v2|torch\..*Tensor)$/;

/**
 * Why `torch.load(weights_only=True)` would refuse a stream, as far as the stream itself decides; `undefined` when it
 * would take it.
 */
export function weightsOnlyObjection(stream: PickleStream): string | undefined {
  if (!stream.isComplete) return 'it does not end';
  for (const name of stream.opcodes) if (!OPCODES.has(name)) return `it uses the opcode ${name}`;
  for (const effect of stream.effects) {
    const objection = objectionTo(effect);
    if (objection !== undefined) return objection;
  }
  return undefined;
}

function objectionTo(effect: PickleEffect): string | undefined {
  switch (effect.kind) {
    case 'import':
      return objectionToImport(effect.target);
    case 'call':
      return effect.target.callee.kind === 'global' ? undefined : 'it calls what another call returned';
    case 'build':
      return BUILDABLE.test(makerOf(effect.target))
        ? undefined
        : `it gives a state to ${makerOf(effect.target)}`;
    case 'assign':
      return MAPPINGS.has(makerOf(effect.target)) ? undefined : 'it assigns items to what is no dictionary';
    case 'append':
    case 'add':
      return 'it adds items to what is no list';
    case 'persistent':
      return effect.target.kind === 'persistent' && isStorageRequest(effect.target.id)
        ? undefined
        : 'it asks for an object that is no storage';
    case 'extension':
    case 'buffer':
      return 'it uses what only its loader knows';
  }
}

function objectionToImport(target: PickleValue): string | undefined {
  const path = pathOf(target);
  if (path === undefined) return 'it imports something hidden';
  return GLOBALS.has(path) || TYPES.test(path) ? undefined : `it imports ${path}`;
}

/** Names are mapped from Python 2 whatever the protocol. */
function pathOf(value: PickleValue): string | undefined {
  if (value.kind !== 'global' || value.module === undefined || value.name === undefined) return undefined;
  const { module, name } = currentName({ module: value.module, name: value.name });
  return `${module}.${name}`;
}

function makerOf(value: PickleValue): string {
  return (value.kind === 'call' ? pathOf(value.callee) : pathOf(value)) ?? 'something hidden';
}

function isStorageRequest(id: PickleValue): boolean {
  if (id.kind === 'int') return true;
  const first = id.kind === 'tuple' ? id.items[0] : undefined;
  return first?.kind === 'str' && first.text === 'storage';
}
