import { z } from 'zod';

/** What documents a setting: the environment variable that overrides it, and what it is for. */
export interface SettingMeta {
  readonly env: string;
  readonly description: string;
}

/** Every setting of a section, with what documents it. */
export const settings = z.registry<SettingMeta>();

/** A whole number between two, as a number of the file or a text of the environment. */
export function wholeNumber(min: number, max: number): z.ZodCoercedNumber {
  return z.coerce.number().int().min(min).max(max);
}
