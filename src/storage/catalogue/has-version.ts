import type { Queries } from './tables.ts';

export async function hasVersion(queries: Queries, model: string, version: number): Promise<boolean> {
  const row = await queries
    .selectFrom('versions')
    .select('number')
    .where('model', '=', model)
    .where('number', '=', version)
    .executeTakeFirst();
  return row !== undefined;
}
