// Every named type that a user of the library can meet can be imported by its name.
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const INDEX = join(import.meta.dirname, '../src/index.ts');
const SOURCES = join(import.meta.dirname, '../src/');

/** Lists the types that the exports of a module name, directly or through each other, and that it does not export. */
function listUnexportedTypes(program: ts.Program, file: string): string[] {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) throw new Error(`${file} is no module`);
  const resolve = (symbol: ts.Symbol) =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const exported = new Set(checker.getExportsOfModule(module).map(resolve));
  const met = new Set<ts.Symbol>();

  function meet(symbol: ts.Symbol): void {
    if (met.has(symbol)) return;
    const [declaration] = symbol.declarations ?? [];
    if (!declaration?.getSourceFile().fileName.startsWith(SOURCES)) return;
    if (symbol.flags & (ts.SymbolFlags.TypeParameter | ts.SymbolFlags.EnumMember)) return;
    met.add(symbol);
    for (const each of symbol.declarations ?? []) visit(each);
  }

  function visit(node: ts.Node): void {
    // What a function does is not part of its type.
    if (ts.isBlock(node)) return;
    if (isPrivate(node)) return;
    const name = ts.isTypeReferenceNode(node)
      ? node.typeName
      : ts.isTypeQueryNode(node)
        ? node.exprName
        : ts.isExpressionWithTypeArguments(node)
          ? node.expression
          : undefined;
    const symbol = name && checker.getSymbolAtLocation(name);
    if (symbol) meet(resolve(symbol));
    ts.forEachChild(node, visit);
  }

  for (const symbol of exported) meet(symbol);
  const isNamed = ({ flags }: ts.Symbol) =>
    (flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias | ts.SymbolFlags.Class)) !== 0;
  return [...met].filter((symbol) => isNamed(symbol) && !exported.has(symbol)).map(({ name }) => name);
}

function isPrivate(node: ts.Node): boolean {
  return ts.isClassElement(node) && node.name !== undefined && ts.isPrivateIdentifier(node.name);
}

it('the library exports every type that its own types name', () => {
  const program = ts.createProgram({
    rootNames: [INDEX],
    options: {
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      target: ts.ScriptTarget.ES2023,
      types: ['node'],
      strict: true,
      skipLibCheck: true,
    },
  });
  expect(listUnexportedTypes(program, INDEX).toSorted()).toEqual([]);
  // A module that is known to export too little for that.
  const unexported = listUnexportedTypes(program, join(SOURCES, 'sandbox/create.ts'));
  expect(unexported).toEqual(expect.arrayContaining(['SandboxPhone', 'PhoneCall']));
});
