import { JsonObject, type JsonValue } from '../../formats/index.ts';
import type { ScanContext, ScanTarget } from '../check.ts';
import type { RuleId } from '../rules/index.ts';
import { isKerasGadget, isPureTensorflowFunction, moduleKind } from './keras-names.ts';
import { isDangerousPython } from './python-modules.ts';

/** Where a configuration stands, and where findings go. */
export interface KerasPlace {
  readonly target: ScanTarget;
  readonly context: ScanContext;
  /** Of the configuration in its file; where it is the file itself, members tell their own places. */
  readonly offset?: number;
}

const LAMBDA_CLASSES: ReadonlySet<string> = new Set(['Lambda', 'LambdaCallback', 'CallbackLambda', 'PyFunc']);
const OPERATOR_CLASSES: ReadonlySet<string> = new Set([
  'TFOpLambda',
  'SlicingOpLambda',
  'ClassMethod',
  'InstanceMethod',
  'InstanceProperty',
]);
/** Layers whose vocabulary may be a list, or a file. */
const VOCABULARY_KEYS: ReadonlySet<string> = new Set([
  'vocabulary',
  'vocabulary_file',
  'idf_weights',
  'vocab_file',
  'merges',
]);
const FILE_KEYS: ReadonlySet<string> = new Set([
  'filepath',
  'file_path',
  'model_path',
  'weights_path',
  'saved_model_path',
  'origin',
]);
const MODULE_KEY = /(?:^|_)module$/;
const MAX_FINDINGS = 50;

/** Whether a JSON value is a configuration of Keras. */
export function isKerasConfig(value: JsonValue | undefined): boolean {
  if (!(value instanceof JsonObject)) return false;
  const keys = new Set(value.members.map(({ key }) => key));
  if (keys.has('registered_name') && keys.has('module')) return true;
  return keys.has('class_name') && (keys.has('config') || keys.has('module'));
}

/** Walks a configuration of Keras and reports whatever in it loads code, files or other packages. */
export function reportKerasConfig(root: JsonValue, place: KerasPlace): void {
  const walk = new KerasWalk(place);
  const open: JsonValue[] = [root];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    place.context.budget.spendOperations(1);
    if (value instanceof JsonObject) {
      walk.object(value);
      // Of duplicate keys one parser takes the first, another the last: all are looked at.
      for (const member of value.members) open.push(member.value);
    } else if (Array.isArray(value)) for (const item of value as readonly JsonValue[]) open.push(item);
  }
}

class KerasWalk {
  readonly #place: KerasPlace;
  #count = 0;

  constructor(place: KerasPlace) {
    this.#place = place;
  }

  object(object: JsonObject): void {
    const modules = textsOf(object, 'module');
    for (const className of classNamesOf(object)) {
      this.#class(object, className);
      for (const module of modules) this.#module(object, module, className);
    }
    for (const { key, value, offset } of object.members) {
      if (key !== 'module' && MODULE_KEY.test(key) && typeof value === 'string') {
        this.#module(object, value, object.text(key.replace(MODULE_KEY, '_name').replace(/^_/, '')) ?? '');
      }
      if (typeof value === 'string') this.#fileReference(key, value, offset);
    }
  }

  #class(object: JsonObject, className: string): void {
    const config = object.get('config');
    if (className === '__lambda__')
      this.#note(object, 'KERAS_CODE', ['a lambda with its bytecode', className]);
    else if (LAMBDA_CLASSES.has(className)) this.#lambda(object, config);
    else if (OPERATOR_CLASSES.has(className)) this.#operator(object, config);
    else if (className === 'TorchModuleWrapper') {
      this.#note(object, 'KERAS_TORCH_MODULE', ['a TorchModuleWrapper', className]);
    } else if (isKerasGadget('', className)) {
      this.#note(object, 'KERAS_GADGET', ['a class or function that loads more', className]);
    }
    // A name may carry its module: "keras.layers>os.system", "os.system".
    const [root = '', ...rest] = className.split('.');
    if (rest.length > 0 && isDangerousPython(root, rest.join('.'))) {
      this.#note(object, 'KERAS_FOREIGN_MODULE', ['a class name with a module', className]);
    }
  }

  #lambda(object: JsonObject, config: JsonValue | undefined): void {
    const functions =
      config instanceof JsonObject
        ? config.members.filter(({ key }) => /function|mask|output_shape/.test(key))
        : [];
    const hasCode = functions.some(
      ({ key, value }) =>
        (/function|mask/.test(key) && Array.isArray(value)) ||
        (/_type$/.test(key) && value === 'lambda') ||
        (value instanceof JsonObject && value.text('class_name') === '__lambda__'),
    );
    if (hasCode) this.#note(object, 'KERAS_CODE', ['a Lambda with its bytecode', 'Lambda']);
    else this.#note(object, 'KERAS_LAMBDA', ['a Lambda that names its function', 'Lambda']);
  }

  #operator(object: JsonObject, config: JsonValue | undefined): void {
    const name =
      config instanceof JsonObject
        ? (config.text('function') ?? config.text('symbol') ?? config.text('attr_name') ?? '')
        : '';
    const isSlicing = object.text('class_name') === 'SlicingOpLambda';
    if (isSlicing || isPureTensorflowFunction(name)) return;
    this.#note(object, 'KERAS_LAMBDA', ['a layer that calls a function of TensorFlow by name', name]);
  }

  #module(object: JsonObject, module: string, className: string): void {
    const isFunction = className === 'function' || object.text('registered_name') === 'function';
    const config = object.get('config');
    const name = isFunction && typeof config === 'string' ? config : className;
    const evidence = `${module}.${name}`;
    if (isKerasGadget(module, name))
      this.#note(object, 'KERAS_GADGET', ['a function that loads more', evidence]);
    // A registered function has the module builtins and a bare name.
    else if (module === 'builtins' && isFunction && /^\w+$/.test(name) && !isPythonBuiltin(name)) {
      this.#note(object, 'KERAS_CUSTOM_CLASS', ['a function that must be registered', name]);
    } else if (module !== '' && moduleKind(module, name) === 'other') {
      const isDangerous = isDangerousPython(module, name);
      const rule = isDangerous ? 'KERAS_FOREIGN_MODULE' : 'KERAS_UNKNOWN_MODULE';
      this.#note(object, rule, ['a module that is not of Keras', evidence]);
    } else if (moduleKind(module, name) === 'companion') {
      this.#note(object, 'KERAS_CUSTOM_CLASS', ['a class of another package', evidence]);
    }
  }

  #fileReference(key: string, value: string, offset: number): void {
    const isReference = VOCABULARY_KEYS.has(key)
      ? value !== ''
      : FILE_KEYS.has(key) && /[/\\]|^\w+:/.test(value);
    if (isReference)
      this.#note({ offset }, 'KERAS_FILE_REFERENCE', [`${key} is a path or an address`, value]);
  }

  #note(
    { offset }: { readonly offset: number },
    rule: RuleId,
    [message, evidence]: readonly [message: string, evidence: string],
  ): void {
    // The grave ones are always told; the report itself is bounded.
    const isGrave = rule !== 'KERAS_CUSTOM_CLASS' && rule !== 'KERAS_LAMBDA';
    if (++this.#count > MAX_FINDINGS && !isGrave) return;
    const { target, context, offset: start } = this.#place;
    context.report({ rule, offset: start ?? offset, message, evidence }, target);
  }
}

const PYTHON_BUILTINS: ReadonlySet<string> = new Set(
  (
    '__import__ eval exec compile open input getattr setattr delattr globals locals vars dir breakpoint help exit quit ' +
    'memoryview type super object classmethod staticmethod property map filter print'
  ).split(' '),
);

function isPythonBuiltin(name: string): boolean {
  return PYTHON_BUILTINS.has(name) || name.startsWith('__');
}

/** The names of the class that an object asks for; a type of tensors stands under a name of its own. */
function classNamesOf(object: JsonObject): readonly string[] {
  const names = textsOf(object, 'class_name');
  if (names.includes('__typespec__')) return [...names, ...textsOf(object, 'spec_name')].slice(1);
  return names.length > 0 ? names : [''];
}

function textsOf(object: JsonObject, key: string): readonly string[] {
  return object.members
    .filter((member) => member.key === key)
    .flatMap(({ value }) => (typeof value === 'string' ? [value] : []));
}
