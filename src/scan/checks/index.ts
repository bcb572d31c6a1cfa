import type { Check } from '../check.ts';
import { catboostCheck } from './catboost.ts';
import { chatTemplateCheck, yamlTemplateCheck } from './chat-template.ts';
import { codeCheck } from './code.ts';
import { compressedCheck } from './compressed.ts';
import { ggufCheck } from './gguf.ts';
import { hdf5Check } from './hdf5.ts';
import { joblibZfileCheck } from './joblib.ts';
import { jsonModelsCheck } from './json-models.ts';
import { lightgbmCheck } from './lightgbm.ts';
import { modelCardCheck } from './model-card.ts';
import { msgpackCheck } from './msgpack.ts';
import { npyCheck } from './numpy.ts';
import { onnxCheck } from './onnx.ts';
import { opaqueCheck } from './opaque.ts';
import { pickleCheck } from './pickle/index.ts';
import { programFileCheck, programsCheck } from './programs.ts';
import { safetensorsCheck } from './safetensors.ts';
import { secretsCheck } from './secrets.ts';
import { settingsCheck } from './settings.ts';
import { tarCheck } from './tar.ts';
import { tensorflowCheck } from './tensorflow.ts';
import { tensorflowTextCheck } from './tensorflow-text.ts';
import { tfliteCheck } from './tflite.ts';
import { torchCheck } from './torch.ts';
import { torchLegacyCheck } from './torch-legacy.ts';
import { torchScriptCheck } from './torch-script.ts';
import { torchTarCheck } from './torch-tar.ts';
import { xgboostCheck } from './xgboost.ts';
import { xmlCheck } from './xml.ts';
import { yamlCheck } from './yaml.ts';
import { zipCheck } from './zip.ts';

/** Every check, in the order in which they are run. */
export const CHECKS: readonly Check[] = [
  programFileCheck,
  programsCheck,
  opaqueCheck,
  codeCheck,
  settingsCheck,
  yamlCheck,
  secretsCheck,
  modelCardCheck,
  compressedCheck,
  tarCheck,
  zipCheck,
  pickleCheck,
  torchCheck,
  torchLegacyCheck,
  torchScriptCheck,
  torchTarCheck,
  npyCheck,
  joblibZfileCheck,
  catboostCheck,
  chatTemplateCheck,
  yamlTemplateCheck,
  ggufCheck,
  hdf5Check,
  jsonModelsCheck,
  lightgbmCheck,
  msgpackCheck,
  onnxCheck,
  safetensorsCheck,
  tensorflowCheck,
  tensorflowTextCheck,
  tfliteCheck,
  xgboostCheck,
  xmlCheck,
];
