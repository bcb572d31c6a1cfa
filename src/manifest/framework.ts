/** What made a file, by the ending of its name; the first row that fits wins. */
const FRAMEWORKS: readonly (readonly [RegExp, string])[] = [
  [/\.onnx$/i, 'onnx'],
  [/\.(?:pt|pth|ckpt|bin)$/i, 'pytorch'],
  [/\.safetensors$/i, 'safetensors'],
  [/\.(?:keras|h5|hdf5)$/i, 'keras'],
  [/(?:^|\/)saved_model\.pb$/i, 'tensorflow'],
  [/\.tflite$/i, 'tensorflow-lite'],
  [/\.gguf$/i, 'gguf'],
  [/\.(?:joblib|pkl|pickle)$/i, 'scikit-learn'],
  [/\.(?:ubj|xgb)$/i, 'xgboost'],
  [/\.lgb$/i, 'lightgbm'],
  [/\.cbm$/i, 'catboost'],
];

/**
 * The framework of a version: what its metadata says under `framework`, else what the names of its files suggest;
 * `undefined` when nothing does. A word for people, never a promise about the bytes.
 */
export function guessFramework(
  paths: readonly string[],
  metadata: Readonly<Record<string, string>> = {},
): string | undefined {
  if (Object.hasOwn(metadata, 'framework')) return metadata['framework'];
  return FRAMEWORKS.find(([pattern]) => paths.some((path) => pattern.test(path)))?.[1];
}
