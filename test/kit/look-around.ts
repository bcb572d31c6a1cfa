import { parseNamespaceName, type StrongroomApi } from '../../src/api/index.ts';

/** Looks at something else each time, so that each look is an entry of the record. */
export async function lookAround({ models }: Pick<StrongroomApi, 'models'>, looks: number): Promise<void> {
  const names = Array.from({ length: looks }, (_, at) => parseNamespaceName(`lab-${at}`));
  for (let at = 0; at < looks; at += 50)
    await Promise.all(names.slice(at, at + 50).map((namespace) => models.list({ namespace })));
}
