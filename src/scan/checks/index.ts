import type { Check } from '../check.ts';
import { codeCheck } from './code.ts';
import { compressedCheck } from './compressed.ts';
import { joblibZfileCheck } from './joblib.ts';
import { modelCardCheck } from './model-card.ts';
import { npyCheck } from './numpy.ts';
import { opaqueCheck } from './opaque.ts';
import { pickleCheck } from './pickle/index.ts';
import { programFileCheck, programsCheck } from './programs.ts';
import { secretsCheck } from './secrets.ts';
import { settingsCheck } from './settings.ts';
import { tarCheck } from './tar.ts';
import { torchCheck } from './torch.ts';
import { torchLegacyCheck } from './torch-legacy.ts';
import { torchScriptCheck } from './torch-script.ts';
import { torchTarCheck } from './torch-tar.ts';
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
];
