import { StrongroomError } from '../errors/index.ts';
import { quoteForMessage } from './names.ts';

/**
 * How much of a model's answer gets out. Each part only ever takes away, and they combine; none is the full answer.
 * Written as `full`, `label`, or parts joined by `+`: `top-3`, `round-2`, `perturb-0.2`, `top-3+round-2`.
 */
export interface OutputPolicy {
  /** Only which class is the likeliest. */
  readonly isLabelOnly?: true;
  /** How many classes keep a score of their own, from 1; the others share what is left. */
  readonly classes?: number;
  /** Decimals of probabilities, significant digits of other numbers; 1 to 7. */
  readonly digits?: number;
  /** Share of every distribution that is noise, over 0 to 0.9; the likeliest class stays the likeliest. */
  readonly perturbation?: number;
}

/** What a grant of `model:predict` lets out when it says nothing of it. */
export const GRANTED_OUTPUT: OutputPolicy = { digits: 3 };

const MAX_CLASSES = 10_000;
const MAX_DIGITS = 7;
const MAX_PERTURBATION = 0.9;
const MAX_CHARS = 64;

/** Reads a policy as it is written. Throws `OUTPUT_POLICY_INVALID`. */
export function parseOutputPolicy(text: string): OutputPolicy {
  if (text.length > MAX_CHARS) throw refusal(`${text.slice(0, MAX_CHARS)}…`);
  if (text === 'full') return {};
  if (text === 'label') return { isLabelOnly: true };
  const parts = text.split('+').map((part) => parsePart(part, text));
  const policy = Object.assign({}, ...parts) as OutputPolicy;
  // The same part twice says two things.
  if (Object.keys(policy).length !== parts.length) throw refusal(text);
  return policy;
}

function parsePart(part: string, text: string): OutputPolicy {
  const [, name, number = ''] = /^(top|round|perturb)-(\d{1,5}(?:\.\d{1,4})?)$/.exec(part) ?? [];
  const value = Number(number);
  if (name === 'top' && isCount(value, MAX_CLASSES)) return { classes: value };
  if (name === 'round' && isCount(value, MAX_DIGITS)) return { digits: value };
  if (name === 'perturb' && value > 0 && value <= MAX_PERTURBATION) return { perturbation: value };
  throw refusal(text);
}

function isCount(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= max;
}

function refusal(text: string): StrongroomError {
  return new StrongroomError('OUTPUT_POLICY_INVALID', `not an output policy: ${quoteForMessage(text)}`);
}

/** A policy as `parseOutputPolicy` reads it. */
export function formatOutputPolicy(policy: OutputPolicy): string {
  if (policy.isLabelOnly === true) return 'label';
  const { classes, digits, perturbation } = policy;
  const parts = [
    ...(classes === undefined ? [] : [`top-${classes}`]),
    ...(digits === undefined ? [] : [`round-${digits}`]),
    ...(perturbation === undefined ? [] : [`perturb-${perturbation}`]),
  ];
  return parts.length === 0 ? 'full' : parts.join('+');
}

/** Whether everything gets out as it is. */
export function isFullOutput(policy: OutputPolicy): boolean {
  return formatOutputPolicy(policy) === 'full';
}

/**
 * What all of some policies let out: the fewest classes, the fewest digits, the most noise of any of them. So a grant
 * with a policy cannot be undone by another that was forgotten. None given: `full`.
 */
export function strictestOutput(policies: readonly OutputPolicy[]): OutputPolicy {
  if (policies.some(({ isLabelOnly }) => isLabelOnly)) return { isLabelOnly: true };
  const classes = Math.min(...policies.map((policy) => policy.classes ?? Infinity));
  const digits = Math.min(...policies.map((policy) => policy.digits ?? Infinity));
  const perturbation = Math.max(...policies.map((policy) => policy.perturbation ?? 0));
  return {
    ...(Number.isFinite(classes) && { classes }),
    ...(Number.isFinite(digits) && { digits }),
    ...(perturbation > 0 && { perturbation }),
  };
}
