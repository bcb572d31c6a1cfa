import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** What one subpath of the package exports. */
export interface PublicNames {
  /** As a user imports it: `strongroom/container`. */
  readonly subpath: string;
  /** The source behind it, relative to the project. */
  readonly source: string;
  readonly values: readonly string[];
  readonly types: readonly string[];
}

/** The exported names of every subpath in package.json's `exports`, sorted. */
export function publicNames(root: string): PublicNames[] {
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.entries((manifest as Manifest).exports)
    .filter((entry): entry is [string, { default: string }] => typeof entry[1] !== 'string')
    .map(([subpath, target]) => {
      const source = target.default.replace(/^\.\/dist\//, 'src/').replace(/\.js$/, '.ts');
      return { subpath: subpath.replace(/^\./, 'strongroom'), source, ...namesOf(join(root, source)) };
    });
}

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
}

function namesOf(path: string): { values: string[]; types: string[] } {
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const values: string[] = [];
  const types: string[] = [];
  for (const statement of file.statements) {
    if (ts.isExportDeclaration(statement)) {
      if (statement.exportClause === undefined || ts.isNamespaceExport(statement.exportClause))
        throw new Error(`${path}: a door names what it exports`);
      for (const element of statement.exportClause.elements)
        (statement.isTypeOnly || element.isTypeOnly ? types : values).push(element.name.text);
    } else {
      collectDeclared(statement, values, types);
    }
  }
  return { values: values.sort(), types: types.sort() };
}

function collectDeclared(statement: ts.Statement, values: string[], types: string[]): void {
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
  if (!modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword)) return;
  if (ts.isTypeAliasDeclaration(statement) || ts.isInterfaceDeclaration(statement))
    types.push(statement.name.text);
  else if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement))
    values.push(statement.name?.text ?? 'default');
  else if (ts.isVariableStatement(statement))
    values.push(...statement.declarationList.declarations.map((declaration) => declaration.name.getText()));
}
