import { type Line, pass, warn } from './line.ts';

/** What a strongroom elsewhere warns of by itself, a line each. */
export function checkReported(warnings: readonly string[]): readonly Line[] {
  const name = { area: 'home', name: 'reported' } as const;
  if (warnings.length === 0) return [pass(name, 'the server warns of nothing')];
  return warnings.map((warning) => warn(name, warning, 'run strongroom doctor where the home is'));
}
