/** What the child is told, as the one argument of its command line. */
export interface FuzzOrder {
  readonly folder: string;
  readonly reader: string;
  readonly seed: number;
  /** Ends after so many cases. */
  readonly runs: number;
  /** Or after so many seconds, whichever is first. */
  readonly seconds: number;
  /** One file instead of cases. */
  readonly replay?: string;
}

/** What it says on its pipe, a line each. */
export type FuzzWord =
  /** It begins a case; said before, so that the case is known when it never ends. */
  | { readonly kind: 'case'; readonly index: number }
  | { readonly kind: 'failed'; readonly index: number; readonly message: string }
  | { readonly kind: 'done'; readonly cases: number };

/** The child's end of the pipe. */
export const WORD_PIPE = 3;
