/** Packages of Keras and of TensorFlow's copy of it, whose classes loaders make by themselves. */
const KERAS_MODULE =
  /^(?:keras|keras_core|tf_keras|tensorflow\.(?:python\.)?keras|tensorflow_core\.(?:python\.)?keras)(?:\.|$)/;
/** Packages of the same makers, which must be installed and imported by whoever loads the model. */
const COMPANION_MODULE =
  /^(?:keras_cv|keras_nlp|keras_hub|keras_tuner|keras_contrib|tensorflow_addons|tensorflow_model_optimization)(?:\.|$)/;
/** Types of tensors and of numbers, which configurations name as such. */
const VALUE_MODULE =
  /^(?:tensorflow(?:\.python)?(?:\.framework(?:\.\w+)?|\.data\.ops\.\w+|\.ops\.\w+)?|numpy(?:\.core(?:\.\w+)?|\.dtypes)?|ml_dtypes|jax\.numpy|keras_core\.\w+)$/;
const VALUE_CLASS =
  /^(?:\w*Spec|DType\w*|TensorShape|\w*dtype\w*|b?float\d*\w*|u?int\d*|bool_?|ndarray|Tensor)$/i;

/** Functions of Keras that download, unpack, load or switch safety off; their modules are no place for functions. */
const GADGET_NAME =
  /^(?:get_file|load_model|load_weights|load_img|save_model|save_weights|enable_unsafe_deserialization|disable_safe_mode|model_from_(?:json|yaml|config)|deserialize_keras_object|custom_object_scope|set_custom_objects|CustomObjectScope|register_keras_serializable|unpack_x_y_sample_weight|extract_archive|image_dataset_from_directory|text_dataset_from_directory|audio_dataset_from_directory|clone_model|run_eagerly|set_backend|install_backend|SavedModelExportArchive|ExportArchive|TFSMLayer|import_module|py_function|numpy_function|load_library|load_op_library)$/;
const GADGET_MODULE =
  /^(?:keras|tf_keras|tensorflow\.keras)(?:\.src)?\.(?:utils|saving|config|export|models\.\w*api|api\.(?:utils|saving|config))(?:\.|$)/;
/** What TFOpLambda may name: operators that only compute. */
const PURE_TF_FUNCTION =
  /^(?:tf\.)?(?:math|nn|linalg|strings|image|signal|sparse|bitwise|dtypes|random|sets|__operators__|compat\.v1\.(?:nn|math|transpose|gather|pad|concat|expand_dims|squeeze|shape|reshape))\.\w+(?:\.\w+)?$|^(?:tf\.)?(?:abs|add|argmax|argmin|argsort|boolean_mask|broadcast_to|cast|clip_by_value|concat|constant|convert_to_tensor|cumsum|divide|einsum|equal|exp|expand_dims|eye|fill|floor|gather|gather_nd|greater|identity|less|linspace|logical_\w+|matmul|maximum|meshgrid|minimum|multiply|norm|not_equal|one_hot|ones|ones_like|pad|pow|range|rank|reduce_\w+|repeat|reshape|reverse|roll|round|shape|sigmoid|sign|sin|slice|sort|split|sqrt|square|squeeze|stack|stop_gradient|strided_slice|subtract|tan|tanh|tensordot|tile|transpose|truediv|unstack|where|zeros|zeros_like)$/;

/** What naming a module means. */
export type ModuleKind = 'keras' | 'companion' | 'value' | 'other';

/** What kind of module a class or function of a configuration is from. */
export function moduleKind(module: string, className: string): ModuleKind {
  if (KERAS_MODULE.test(module)) return 'keras';
  if (COMPANION_MODULE.test(module)) return 'companion';
  return VALUE_MODULE.test(module) && VALUE_CLASS.test(className) ? 'value' : 'other';
}

/** Whether a function of Keras is one that no model needs. */
export function isKerasGadget(module: string, name: string): boolean {
  return (
    GADGET_NAME.test(name.split('.').at(-1) ?? '') || (GADGET_MODULE.test(module) && /^[a-z_]/.test(name))
  );
}

/** Whether an operator of TensorFlow that a layer calls by name only computes. */
export function isPureTensorflowFunction(name: string): boolean {
  return PURE_TF_FUNCTION.test(name);
}
