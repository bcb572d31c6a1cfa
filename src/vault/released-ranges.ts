/** Files, and ranges of each, that one entry of the record names. Beyond it only the bytes are counted. */
const MAX_FILES = 8;
const MAX_RANGES_PER_FILE = 16;

type Range = readonly [start: number, end: number];

/** Which parts of which files left the strongroom during one act. */
export class ReleasedRanges {
  readonly #files = new Map<string, Range[]>();
  #bytes = 0;

  /** Bytes that left; what left twice counts twice. */
  get bytes(): number {
    return this.#bytes;
  }

  /** `end` is exclusive. Ranges that touch become one. */
  add(file: string, start: number, end: number): void {
    if (end <= start) return;
    this.#bytes += end - start;
    const known = this.#files.get(file);
    if (known === undefined && this.#files.size >= MAX_FILES) return;
    const joined = joinRange(known ?? [], [start, end]);
    if (joined.length <= MAX_RANGES_PER_FILE) this.#files.set(file, joined);
  }

  /** Ascending, by file. */
  list(): readonly { readonly file: string; readonly ranges: [number, number][] }[] {
    if (this.#files.size === 0) return [];
    return [...this.#files].map(([file, ranges]) => ({
      file,
      ranges: ranges.map(([start, end]) => [start, end]),
    }));
  }
}

function joinRange(known: readonly Range[], [start, end]: Range): Range[] {
  const touching = known.filter((range) => range[0] <= end && start <= range[1]);
  const others = known.filter((range) => !touching.includes(range));
  const joined: Range = [
    Math.min(start, ...touching.map((range) => range[0])),
    Math.max(end, ...touching.map((range) => range[1])),
  ];
  return [...others, joined].sort((one, other) => one[0] - other[0]);
}
