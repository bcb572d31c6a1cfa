import type { WatchBounds } from './model-watches.ts';
import type { PackedRows } from './packed-rows.ts';
import type { Judgement } from './row-judge.ts';

/** To the thread of the watch; `begin` comes first. */
export type ToJudge =
  | { readonly kind: 'begin'; readonly bounds: WatchBounds }
  | { readonly kind: 'relearn'; readonly model: string; readonly from?: string }
  | { readonly kind: 'look'; readonly packed: PackedRows };

/** Back from it, for every `look` one, in their order. */
export type FromJudge =
  | { readonly kind: 'judgement'; readonly judgement: Judgement }
  | { readonly kind: 'failed'; readonly problem: unknown };
