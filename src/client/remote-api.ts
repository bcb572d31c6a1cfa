import {
  type CallRoute,
  type FullApi,
  type ListRoute,
  type LongRoute,
  type LongRunning,
  type NewRootSeal,
  ROUTES,
  type Route,
} from '../api/index.ts';
import { askOnce, bindRoute } from './calls.ts';
import { infer } from './infer.ts';
import { openVersion } from './open-version.ts';
import { putVersion } from './put-version.ts';
import type { Wire } from './wire.ts';

/** Rows that are no verbs of the StrongroomApi by themselves. */
type Nouns = Omit<typeof ROUTES, 'uploads' | 'identity' | 'inference'>;

/** A method: a row whose names are narrower than those of the API fits it, for the row checks them when it is called. */
interface Method<Input, Answer> {
  call(...input: unknown extends Input ? [] : [input: Input]): Promise<Answer>;
}

/** What a row becomes for whoever calls it. */
type Verb<Row> =
  Row extends ListRoute<infer Input, infer Item>
    ? Method<Input, readonly Item[]>['call']
    : Row extends LongRoute<infer Input, infer Answer>
      ? Method<Input & LongRunning, Answer>['call']
      : Row extends CallRoute<infer Input, infer Answer>
        ? Method<Input, Answer>['call']
        : never;

/** The rows of one noun as functions. */
type Verbs<Rows> = { readonly [Name in keyof Rows]: Verb<Rows[Name]> };

/** The API of a server: every verb from its row of the table, but for those that move files. */
export function remoteApi(wire: Wire): FullApi {
  const { uploads: _uploads, identity: _identity, inference: _inference, ...nouns } = ROUTES;
  const bound = Object.fromEntries(
    Object.entries(nouns).map(([noun, rows]) => [noun, bindNoun(wire, rows)]),
  ) as { readonly [Noun in keyof Nouns]: Verbs<Nouns[Noun]> };
  return {
    ...bound,
    versions: {
      ...bound.versions,
      put: (input) => putVersion(wire, input),
      open: (input) => openVersion(wire, input),
    },
    predictions: {
      ...bound.predictions,
      infer: (input) => infer(wire, input),
      statistics: (input) => askOnce(wire, ROUTES.predictions.statistics, { ...input }),
    },
    root: {
      ...bound.root,
      add: (seal: NewRootSeal) => askOnce(wire, ROUTES.root.add, { seal }),
    },
  };
}

/** The rows of a noun as functions over the wire. */
function bindNoun<Rows extends Readonly<Record<string, Route>>>(wire: Wire, rows: Rows): Verbs<Rows> {
  return Object.fromEntries(
    Object.entries(rows).flatMap(([verb, row]) =>
      row.kind === 'stream' ? [] : [[verb, bindRoute(wire, row)]],
    ),
  ) as Verbs<Rows>;
}
