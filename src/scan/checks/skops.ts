import { JsonObject, type JsonValue } from '../../formats/index.ts';
import type { ScanContext, ScanTarget } from '../check.ts';
import type { RuleId } from '../rules/index.ts';
import { isDangerousPython } from './python-modules.ts';

/** Loaders of nodes that skops has (skops/io, `NODE_TYPE_MAPPING`). */
const LOADERS: ReadonlySet<string> = new Set(
  (
    'DictNode DefaultDictNode OrderedDictNode ListNode SetNode TupleNode FunctionNode PartialNode TypeNode SliceNode ' +
    'ObjectNode MethodNode JsonNode BytesNode BytearrayNode OperatorFuncNode CachedNode ReduceNode NdArrayNode ' +
    'MaskedArrayNode RandomStateNode RandomGeneratorNode DTypeNode SparseMatrixNode TreeNode SGDNode LossNode ' +
    '_DictWithDeprecatedKeysNode QuantileForestNode NoneNode DatetimeNode CythonFunctionNode'
  ).split(' '),
);
const OPERATOR_CLASSES = ['attrgetter', 'itemgetter', 'methodcaller'];
/** What the loader trusts by itself. */
const TRUSTED_MODULE = /^(?:sklearn|numpy|scipy)(?:\.|$)/;
const TRUSTED_TYPES: ReadonlySet<string> = new Set(
  (
    'collections.OrderedDict collections.defaultdict collections.Counter functools.partial datetime.datetime ' +
    'datetime.date datetime.timedelta datetime.timezone operator.attrgetter operator.itemgetter _operator.attrgetter ' +
    '_operator.itemgetter builtins.type'
  ).split(' '),
);
/** What functions and types are instances of; their content says which ones they are. */
const FUNCTION_TYPES: ReadonlySet<string> = new Set(
  'builtins.type builtins.function builtins.builtin_function_or_method builtins.method builtins.method_descriptor'.split(
    ' ',
  ),
);
const MAX_FINDINGS = 100;

/** Whether a JSON value is the schema of a skops file. */
export function isSkopsSchema(value: JsonValue | undefined): value is JsonObject {
  return (
    value instanceof JsonObject &&
    value.members.some(({ key }) => key === '__loader__' || key === '_skops_version')
  );
}

/** Walks a skops schema: which loader each node asks for, and of what type it says it is. */
export function reportSkopsSchema(
  root: JsonValue,
  { target, context }: { target: ScanTarget; context: ScanContext },
): void {
  const walk = new SkopsWalk(target, context);
  const open: JsonValue[] = [root];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    context.budget.spendOperations(1);
    if (value instanceof JsonObject) {
      walk.node(value);
      for (const member of value.members) open.push(member.value);
    } else if (Array.isArray(value)) for (const item of value as readonly JsonValue[]) open.push(item);
  }
}

class SkopsWalk {
  readonly #target: ScanTarget;
  readonly #context: ScanContext;
  readonly #told = new Set<string>();

  constructor(target: ScanTarget, context: ScanContext) {
    this.#target = target;
    this.#context = context;
  }

  node(node: JsonObject): void {
    const loader = node.text('__loader__');
    const [module, name] = [node.text('__module__'), node.text('__class__')];
    if (loader === undefined && module === undefined) return;
    if (loader !== undefined && !LOADERS.has(loader))
      this.#note(node, 'SKOPS_MALFORMED', [`an unknown loader`, loader]);
    if (module === undefined || name === undefined) return;
    const type = `${module}.${name}`;
    if (loader === 'OperatorFuncNode') this.#operator(node, module, name);
    else if (loader === 'MethodNode') this.#method(node, type);
    if (isDangerousPython(module, name) && !FUNCTION_TYPES.has(type)) {
      this.#note(node, 'SKOPS_DANGEROUS_TYPE', ['a type that runs code', type]);
    } else if (!this.#isTrusted(module, type))
      this.#note(node, 'SKOPS_UNTRUSTED_TYPE', ['a type that is not trusted', type]);
    this.#content(node, loader);
  }

  #isTrusted(module: string, type: string): boolean {
    return module === 'builtins' || TRUSTED_MODULE.test(module) || TRUSTED_TYPES.has(type);
  }

  /** The loader takes the function from `operator` whatever the node says (CVE-2025-54412). */
  #operator(node: JsonObject, module: string, name: string): void {
    const isOperator = (module === 'operator' || module === '_operator') && OPERATOR_CLASSES.includes(name);
    if (!isOperator)
      this.#note(node, 'SKOPS_OPERATOR', ['an operator node of another type', `${module}.${name}`]);
  }

  /** The loader takes the object from the content, but asks whether the node's own type is trusted (CVE-2025-54413). */
  #method(node: JsonObject, type: string): void {
    const content = node.get('content');
    const object = content instanceof JsonObject ? content.get('obj') : undefined;
    const name = content instanceof JsonObject ? content.text('func') : undefined;
    const inner =
      object instanceof JsonObject
        ? `${object.text('__module__') ?? ''}.${object.text('__class__') ?? ''}`
        : '';
    if (inner !== type || name === undefined || name.startsWith('_')) {
      this.#note(node, 'SKOPS_OPERATOR', [
        'a method node of another type',
        `${type} / ${inner}.${name ?? ''}`,
      ]);
    }
  }

  /** A function node names its function in the content. */
  #content(node: JsonObject, loader: string | undefined): void {
    const content = node.get('content');
    if (loader !== 'FunctionNode' && loader !== 'TypeNode') return;
    if (!(content instanceof JsonObject)) return;
    const [module, name] = [
      content.text('module_path') ?? '',
      content.text('function') ?? content.text('type') ?? '',
    ];
    if (module === '') return;
    if (isDangerousPython(module, name))
      this.#note(node, 'SKOPS_DANGEROUS_TYPE', ['a function that runs code', `${module}.${name}`]);
    else if (!this.#isTrusted(module, `${module}.${name}`)) {
      this.#note(node, 'SKOPS_UNTRUSTED_TYPE', ['a function that is not trusted', `${module}.${name}`]);
    }
  }

  #note(
    node: JsonObject,
    rule: RuleId,
    [message, evidence]: readonly [message: string, evidence: string],
  ): void {
    const told = `${rule} ${evidence}`;
    if (this.#told.has(told) || this.#told.size > MAX_FINDINGS * 100) return;
    this.#told.add(told);
    this.#context.report({ rule, offset: node.offset, message, evidence }, this.#target);
  }
}
