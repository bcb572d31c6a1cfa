import { formatVersionRef, type Version, type VersionRef } from '../api/index.ts';
import type { Registry } from '../registry/index.ts';
import type { Catalogue } from '../storage/index.ts';
import { assertUsable, type VersionTrustDeps } from './version-trust.ts';

/** A release may end without anybody writing anything. */
const MAX_AGE_MS = 1000;
/** Names that decisions are kept of. */
const MAX_KEPT = 1000;

export interface ServingDecisionsDeps extends VersionTrustDeps {
  readonly registry: VersionTrustDeps['registry'] & Pick<Registry, 'getVersion'>;
  readonly catalogue: VersionTrustDeps['catalogue'] & Pick<Catalogue, 'changeMark'>;
}

/**
 * Which version a name means, and that it may be served: decided anew when anybody wrote anything to the catalogue, and
 * after a second in any case; until then what was decided holds.
 */
export class ServingDecisions {
  readonly #deps: ServingDecisionsDeps;
  readonly #kept = new Map<string, { readonly version: Promise<Version>; readonly atMs: number }>();
  #mark: string | undefined;

  constructor(deps: ServingDecisionsDeps) {
    this.#deps = deps;
  }

  /** Throws as `Registry.getVersion` and `assertUsable`. */
  decide(ref: VersionRef): Promise<Version> {
    const mark = this.#forgetIfChanged();
    const name = formatVersionRef(ref);
    const known = this.#kept.get(name);
    const nowMs = performance.now();
    if (known !== undefined && nowMs - known.atMs < MAX_AGE_MS) return known.version;
    const version = this.#decideAnew(ref);
    version.then(
      () => {
        // Counted before it was read: what was written in between makes it stale, not wrong.
        if (mark === undefined || mark !== this.#mark) return;
        if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
        this.#kept.set(name, { version, atMs: nowMs });
      },
      () => undefined,
    );
    return version;
  }

  async #decideAnew(ref: VersionRef): Promise<Version> {
    const version = await this.#deps.registry.getVersion(ref);
    await assertUsable(this.#deps, version, 'serve');
    return version;
  }

  /** Another one after anybody wrote anything; `undefined` where that cannot be told. */
  mark(): string | undefined {
    return this.#deps.catalogue.changeMark();
  }

  #forgetIfChanged(): string | undefined {
    const mark = this.mark();
    if (mark === undefined || mark !== this.#mark) this.#kept.clear();
    this.#mark = mark;
    return mark;
  }
}
