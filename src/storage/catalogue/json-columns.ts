import { StrongroomError } from '../../errors/index.ts';

/** A column that holds a JSON object of strings. Throws `CATALOGUE_DAMAGED` when it holds anything else. */
export function parseStringRecord(text: string): Readonly<Record<string, string>> {
  const value = parseObject(text);
  const entries = Object.entries(value ?? {});
  if (
    value === undefined ||
    !entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')
  ) {
    throw new StrongroomError('CATALOGUE_DAMAGED', 'a column of the catalogue does not hold what it should');
  }
  return Object.fromEntries(entries);
}

/** As `parseStringRecord`, for metric directions. */
export function parseDirections(text: string): Readonly<Record<string, 'higher' | 'lower'>> {
  const entries = Object.entries(parseStringRecord(text)).map(([name, direction]) => {
    if (direction !== 'higher' && direction !== 'lower') {
      throw new StrongroomError('CATALOGUE_DAMAGED', 'a metric of the catalogue has no direction');
    }
    return [name, direction] as const;
  });
  return Object.fromEntries(entries);
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
