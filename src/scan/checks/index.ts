import type { Check } from '../check.ts';
import { codeCheck } from './code.ts';
import { compressedCheck } from './compressed.ts';
import { modelCardCheck } from './model-card.ts';
import { opaqueCheck } from './opaque.ts';
import { programFileCheck, programsCheck } from './programs.ts';
import { secretsCheck } from './secrets.ts';
import { settingsCheck } from './settings.ts';
import { tarCheck } from './tar.ts';
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
];
