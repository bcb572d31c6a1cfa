import { StrongroomError } from '../../errors/index.ts';
import type { CatalogueActs } from '../catalogue.ts';
import type { ActRow } from '../catalogue-rows.ts';
import type { CatalogueDatabase, Queries } from './tables.ts';

export function actVerbs(database: CatalogueDatabase): CatalogueActs {
  return {
    beginAct: (act) =>
      database.write(async (queries) => {
        const sequence = (await lastSequence(queries)) + 1;
        await queries
          .insertInto('acts')
          .values({ ...pickWords(act), sequence, outcome: 'intended', code: null })
          .execute();
        return sequence;
      }),
    endAct: (sequence, outcome, code) =>
      database.write(async (queries) => {
        const updated = await queries
          .updateTable('acts')
          .set({ outcome, code: code ?? null })
          .where('sequence', '=', sequence)
          .executeTakeFirst();
        if (updated.numUpdatedRows !== 1n) {
          throw new StrongroomError('CATALOGUE_DAMAGED', `the record of act ${sequence} is gone`);
        }
      }),
    listActs: (limit, action) => database.read((queries) => listActs(queries, limit, action)),
  };
}

function pickWords(act: Pick<ActRow, 'at' | 'caller' | 'action' | 'resource'>) {
  return { at: act.at, caller: act.caller, action: act.action, resource: act.resource };
}

async function lastSequence(queries: Queries): Promise<number> {
  const row = await queries
    .selectFrom('acts')
    .select((expression) => expression.fn.max('sequence').as('last'))
    .executeTakeFirst();
  // The aggregate of no rows is null, whatever the column's type says.
  const last: number | null = row?.last ?? null;
  return last ?? 0;
}

async function listActs(queries: Queries, limit: number, action?: string): Promise<readonly ActRow[]> {
  const all = queries.selectFrom('acts').selectAll();
  const rows = await (action === undefined ? all : all.where('action', '=', action))
    .orderBy('sequence', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ code, sequence, ...words }) => ({
    ...words,
    sequence: sequence,
    ...(code === null ? {} : { code }),
  }));
}
