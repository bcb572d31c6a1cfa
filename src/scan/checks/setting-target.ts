import type { RuleId } from '../rules/index.ts';
import { isDangerousPython } from './python-modules.ts';

/** Frameworks whose configurations name their own classes. */
const FRAMEWORKS =
  /^(?:nemo|torch|torchvision|torchaudio|torchmetrics|lightning|pytorch_lightning|transformers|diffusers|omegaconf|megatron|monai|sentencepiece)\./;
const DUNDER = /(?:^|\.)__\w+/;

/** What the target of a Hydra configuration (`_target_`) breaks; `undefined`: it is a class of a known framework. */
export function ruleOfTarget(target: string): RuleId | undefined {
  const dot = target.lastIndexOf('.');
  const [module, name] = [target.slice(0, Math.max(0, dot)), target.slice(dot + 1)];
  if (DUNDER.test(target) || isDangerousPython(module, name)) return 'CONFIG_TARGET_DANGEROUS';
  return FRAMEWORKS.test(target) ? undefined : 'CONFIG_TARGET_UNKNOWN';
}
