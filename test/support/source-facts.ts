import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const SRC = fileURLToPath(new URL('../../src/', import.meta.url));

/** What a source file says, as the compiler sees it: comments do not count. */
export interface SourceFacts {
  /** Path under src/, with slashes. */
  readonly file: string;
  /** Its first part: a folder, or a file that lies in src/ itself. */
  readonly folder: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  /** Texts in quotes. */
  readonly texts: readonly string[];
  /** Names that the file uses and that stand for something global: `process.env`, `fetch`. */
  readonly globals: readonly string[];
}

export interface Import {
  /** A path under src/ for own files, or a module's name. */
  readonly target: string;
  readonly own: boolean;
  /** What it takes of a module, types left out; '*' for all of it. */
  readonly names: readonly string[];
  readonly typeOnly: boolean;
}

/** The facts of every file under src/. */
export function readSources(): SourceFacts[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readSource(file.split(path.sep).join('/')));
}

/** What JavaScript has beyond computing: time, the process, the network, the terminal. */
const WORLDLY = [
  ...['process', 'console', 'fetch', 'performance', 'Date', 'setTimeout', 'setInterval'],
  ...['WebSocket', 'navigator', 'require', 'globalThis', 'eval'],
];

function readSource(file: string): SourceFacts {
  const text = readFileSync(path.join(SRC, file), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const imports: Import[] = [];
  const texts: string[] = [];
  const globals = new Set<string>();
  const visit = (node: ts.Node): void => {
    const found = importOf(node, file);
    if (found) imports.push(found);
    else if (ts.isStringLiteralLike(node) && !isImportPath(node)) texts.push(node.text);
    else if (ts.isIdentifier(node) && WORLDLY.includes(node.text) && isUse(node))
      globals.add(describeUse(node));
    ts.forEachChild(node, visit);
  };
  visit(source);
  const folder = file.split('/')[0]!;
  return { file, folder, lines: text.split('\n').length, imports, texts, globals: [...globals] };
}

// `import … from`, `export … from` and import(), types left out where they say so.
function importOf(node: ts.Node, file: string): Import | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    const from = node.moduleSpecifier;
    if (!from || !ts.isStringLiteral(from)) return undefined;
    const typeOnly = ts.isImportDeclaration(node)
      ? node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
      : node.isTypeOnly;
    return { ...resolve(from.text, file), names: typeOnly ? [] : namesOf(node), typeOnly };
  }
  const called = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
  if (!called) return undefined;
  const [from] = node.arguments;
  const target = from && ts.isStringLiteral(from) ? from.text : '?';
  return { ...resolve(target, file), names: ['*'], typeOnly: false };
}

function namesOf(node: ts.ImportDeclaration | ts.ExportDeclaration): string[] {
  if (ts.isExportDeclaration(node)) return ['*'];
  const bindings = node.importClause?.namedBindings;
  if (!bindings || !ts.isNamedImports(bindings)) return ['*'];
  const values = bindings.elements.filter(({ isTypeOnly }) => !isTypeOnly);
  return values.map(({ name, propertyName }) => (propertyName ?? name).text);
}

function resolve(from: string, file: string): Pick<Import, 'target' | 'own'> {
  const own = from.startsWith('.');
  const target = own ? path.posix.normalize(path.posix.join(path.posix.dirname(file), from)) : from;
  return { target, own };
}

function isImportPath({ parent }: ts.Node): boolean {
  return ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent);
}

// Not the name of a member, a property or a declaration; boards have a `console` of their own.
function isUse(node: ts.Identifier): boolean {
  const { parent } = node;
  if (node.text === 'console')
    return /^console\.(log|warn|error|info|debug)$/.test(describeUse(node));
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  const declares =
    (ts.isPropertyAssignment(parent) && parent.name === node) ||
    ts.isPropertySignature(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isParameter(parent) ||
    ts.isBindingElement(parent) ||
    ts.isTypeReferenceNode(parent);
  return !declares;
}

function describeUse(node: ts.Identifier): string {
  const { parent } = node;
  return ts.isPropertyAccessExpression(parent) ? `${node.text}.${parent.name.text}` : node.text;
}
