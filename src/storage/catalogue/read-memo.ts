import { freezeWhole } from '../../bytes/index.ts';
import type { CatalogueDatabase, Queries } from './tables.ts';

/** Answers that are kept; the widest of them (`MAX_PARTS`) takes some ten KiB. */
const MAX_KEPT = 512;
/** Objects within an answer: a version of more files is read each time. */
const MAX_PARTS = 128;

/** A database that remembers what was asked by name, for as long as nobody has written anything. */
export interface RememberingDatabase extends CatalogueDatabase {
  /**
   * What `work` reads, or what it read before under the same key, if neither this object nor anybody else has written
   * since. What is remembered is frozen through and through, so that it can be given to many.
   */
  readKept<T>(key: string, work: (queries: Queries) => Promise<T>): Promise<T>;
  /** Another one after anybody wrote anything; `undefined` where that cannot be told. */
  changeMark(): string | undefined;
}

export function rememberReads(plain: CatalogueDatabase): RememberingDatabase {
  const kept = new Map<string, unknown>();
  let ownWrites = 0;
  let keptAt = '';
  const changeMark = (): string | undefined => {
    const foreign = plain.foreignVersion();
    return foreign === undefined ? undefined : `${ownWrites} ${foreign}`;
  };
  return {
    changeMark,
    read: (work) => plain.read(work),
    // Counted before and after: whoever asks in between asks the database, which lets them wait for the end.
    write: async (work) => {
      ownWrites++;
      try {
        return await plain.write(work);
      } finally {
        ownWrites++;
      }
    },
    readKept: async <T>(key: string, work: (queries: Queries) => Promise<T>) => {
      // Counted before it is read: a change in between makes it stale, not wrong.
      const state = changeMark();
      if (state === undefined) return await plain.read(work);
      if (state !== keptAt) {
        kept.clear();
        keptAt = state;
      }
      if (kept.has(key)) return kept.get(key) as T;
      const answer = await plain.read(work);
      if (keptAt === state && freezeWhole(answer, MAX_PARTS)) {
        if (kept.size >= MAX_KEPT) kept.clear();
        kept.set(key, answer);
      }
      return answer;
    },
    foreignVersion: () => plain.foreignVersion(),
    snapshot: (path) => plain.snapshot(path),
    check: () => plain.check(),
    close: () => plain.close(),
  };
}
