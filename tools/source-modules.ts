import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';

/** One name that a module takes from another. */
export interface ImportedName {
  readonly from: string;
  readonly name: string;
}

/** One source file as the import law sees it. Types count like values. */
export interface SourceModule {
  /** Relative to the project, `/`-separated: `src/container/header.ts`. */
  readonly path: string;
  /** Relative specifiers resolved to paths, the others as written. */
  readonly imports: readonly string[];
  readonly importedNames: readonly ImportedName[];
  /** Names re-exported from another module: the name outside, and where it comes from. */
  readonly reexports: readonly ImportedName[];
  /** Free identifiers that a door watches. */
  readonly globals: readonly string[];
}

/** All `.ts` files below a folder of the project: path relative to `root` → text. */
export function readSources(root: string, folder: string): Map<string, string> {
  const sources = new Map<string, string>();
  for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
    const path = posix.relative(root, join(entry.parentPath, entry.name));
    sources.set(path, readFileSync(join(root, path), 'utf8'));
  }
  return sources;
}

/** Reads what one file imports, with TypeScript's own parser. */
export function parseModule(path: string, text: string, watched: readonly string[]): SourceModule {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: Findings = { path, imports: [], importedNames: [], reexports: [], globals: [] };
  const own = declaredNames(file);
  collect(file, found, new Set(watched.filter((name) => !own.has(name))));
  return found;
}

/** Names that the file itself gives to something; a mere `declare` gives nothing, it claims a global. */
function declaredNames(file: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if ((ts.getCombinedModifierFlags(node as ts.Declaration) & ts.ModifierFlags.Ambient) !== 0) return;
    const isNaming =
      ts.isFunctionDeclaration(node) ||
      ts.isVariableDeclaration(node) ||
      ts.isParameter(node) ||
      ts.isImportSpecifier(node);
    if (isNaming && node.name !== undefined && ts.isIdentifier(node.name)) names.add(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}

interface Findings {
  readonly path: string;
  readonly imports: string[];
  readonly importedNames: ImportedName[];
  readonly reexports: ImportedName[];
  readonly globals: string[];
}

function collect(node: ts.Node, found: Findings, watched: ReadonlySet<string>): void {
  const specifier = specifierOf(node);
  if (specifier !== undefined) {
    const from = resolveSpecifier(found.path, specifier);
    found.imports.push(from);
    if (ts.isImportDeclaration(node)) found.importedNames.push(...importedNames(node, from));
    if (ts.isExportDeclaration(node)) found.reexports.push(...reexportedNames(node, from));
  }
  if (ts.isIdentifier(node) && watched.has(node.text) && isGlobalUse(node)) found.globals.push(node.text);
  ts.forEachChild(node, (child) => collect(child, found, watched));
}

/** The module that a node names: import, re-export, `import()` as a value or as a type. */
function specifierOf(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return literalText(node.moduleSpecifier);
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return literalText(node.arguments[0]);
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
    return literalText(node.argument.literal);
  return undefined;
}

function literalText(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined;
}

function resolveSpecifier(path: string, specifier: string): string {
  return specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier;
}

function importedNames(node: ts.ImportDeclaration, from: string): ImportedName[] {
  const bindings = node.importClause?.namedBindings;
  if (bindings === undefined) return [];
  if (ts.isNamespaceImport(bindings)) return [{ from, name: '*' }];
  return bindings.elements.map((element) => ({ from, name: (element.propertyName ?? element.name).text }));
}

function reexportedNames(node: ts.ExportDeclaration, from: string): ImportedName[] {
  if (node.exportClause === undefined || ts.isNamespaceExport(node.exportClause))
    return [{ from, name: '*' }];
  return node.exportClause.elements.map((element) => ({ from, name: element.name.text }));
}

/** Whether an identifier reads a global: not a property, not a name that the file gives to something. */
function isGlobalUse(node: ts.Identifier): boolean {
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node)
    return ts.isIdentifier(parent.expression) && parent.expression.text === 'globalThis';
  if ('name' in parent && parent.name === node) return false;
  return !('propertyName' in parent && parent.propertyName === node);
}
