import type { CatalogueActs } from '../catalogue.ts';
import type { CatalogueDatabase } from './tables.ts';

/** The verbs about the record of old. */
export function actVerbs(database: CatalogueDatabase): CatalogueActs {
  return {
    listActs: (limit) =>
      database.read(async (queries) => {
        const query = queries.selectFrom('acts').selectAll().orderBy('sequence', 'asc').limit(limit);
        return (await query.execute()).map(({ code, ...words }) => ({
          ...words,
          ...(code === null ? {} : { code }),
        }));
      }),
    removeActs: (upTo) =>
      database.write(async (queries) => {
        await queries.deleteFrom('acts').where('sequence', '<=', upTo).execute();
      }),
  };
}
