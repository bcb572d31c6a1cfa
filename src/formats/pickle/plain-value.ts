/** Data and nothing else: what a pickle holds when none of it is code. */
export type PlainValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PlainDateTime
  | readonly PlainValue[]
  | ReadonlySet<PlainValue>
  | PlainDict;

/** What may be a key of a dict here. */
export type PlainKey = null | boolean | number | bigint | string;

/** A Python dict: its keys need not be strings, and keep their order. */
export type PlainDict = ReadonlyMap<PlainKey, PlainValue>;

/** A date, time span or point in time of Python's `datetime`, as text. */
export class PlainDateTime {
  /** ISO 8601: `2026-01-02T03:04:05.000006`, with an offset only where Python knew one. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Whether a plain value is a dict. */
export function isPlainDict(value: PlainValue | undefined): value is PlainDict {
  return value instanceof Map;
}
