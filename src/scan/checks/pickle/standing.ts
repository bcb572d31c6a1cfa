import type { GlobalValue } from '../../../formats/index.ts';
import { type AllowedRow, exactRowOf, FILE_WRAPPERS, familyRowOf } from './allowed/index.ts';
import { codeKindOf } from './code-names.ts';
import { dangerOf } from './denied-names.ts';
import { type GlobalName, nameOf } from './global-name.ts';

/** What the lists say of an import. */
export type Standing =
  | { readonly kind: 'allowed'; readonly name: GlobalName; readonly row: AllowedRow }
  | { readonly kind: 'denied'; readonly name: GlobalName; readonly why: string }
  /** Rebuilds functions and classes from code in the file. */
  | { readonly kind: 'code'; readonly name: GlobalName }
  /** Opens another file. */
  | { readonly kind: 'file'; readonly name: GlobalName }
  | { readonly kind: 'unknown'; readonly name: GlobalName }
  /** Nobody can tell what it is. */
  | { readonly kind: 'hidden' };

/** Looks imports up in the lists; remembers what it looked up. */
export class Standings {
  readonly #isTorchScript: boolean;
  readonly #byPath = new Map<string, Standing>();
  readonly #byNode = new Map<GlobalValue, Standing>();

  constructor(isTorchScript: boolean) {
    this.#isTorchScript = isTorchScript;
  }

  /** Of an import in a stream. */
  of(node: GlobalValue): Standing {
    const known = this.#byNode.get(node);
    if (known !== undefined) return known;
    const name = nameOf(node);
    const standing: Standing = name === undefined ? { kind: 'hidden' } : this.ofName(name);
    this.#byNode.set(node, standing);
    return standing;
  }

  /** Of a name. */
  ofName(name: GlobalName): Standing {
    const key = `${name.module} ${name.name}`;
    const known = this.#byPath.get(key);
    if (known !== undefined) return known;
    const standing = this.#lookUp(name);
    this.#byPath.set(key, standing);
    return standing;
  }

  #lookUp(name: GlobalName): Standing {
    const exact = exactRowOf(name);
    if (exact !== undefined) return { kind: 'allowed', name, row: exact };
    if (FILE_WRAPPERS.has(name.path)) return { kind: 'file', name };
    const why = dangerOf(name);
    if (why !== undefined) return { kind: 'denied', name, why };
    if (codeKindOf(name) !== undefined) return { kind: 'code', name };
    const row = familyRowOf(name, this.#isTorchScript) ?? this.#attributeRow(name);
    return row === undefined ? { kind: 'unknown', name } : { kind: 'allowed', name, row };
  }

  /**
   * Attributes of allowed classes that may be handed around, not called: members of enumerations, and SciPy's methods,
   * which its objects keep. Methods of others could do something to what they are later given.
   */
  #attributeRow({ module, name }: GlobalName): AllowedRow | undefined {
    const dot = name.lastIndexOf('.');
    const attribute = name.slice(dot + 1);
    const isKept = module.startsWith('scipy.') && /^[A-Za-z_]\w*$/.test(attribute);
    if (dot <= 0 || !(isKept || /^[A-Z][A-Z0-9_]*$/.test(attribute))) return undefined;
    const owner = name.slice(0, dot);
    const standing = this.ofName({ module, name: owner, path: `${module}.${owner}` });
    return standing.kind === 'allowed' && standing.row.isClass === true ? {} : undefined;
  }
}
