// Writes the types of the JSON documents without zod, which a user of the package does not have.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

/**
 * Replaces each schema in the compiler's declarations by `ReportSchema` with the type of its documents, written out.
 *
 * @param {string} folder with the declarations, a file for each module; they are changed
 */
export function writePlainReportTypes(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => file.endsWith('.d.ts') && readFileSync(file, 'utf8').includes("from 'zod'"));
  const program = ts.createProgram(files, {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    types: ['node'],
  });
  const checker = program.getTypeChecker();
  for (const file of files) {
    const source = program.getSourceFile(file);
    if (source) writeFileSync(file, rewrite(source, checker, join(folder, 'report-schema.js')));
  }
}

/**
 * @param {ts.SourceFile} source
 * @param {ts.TypeChecker} checker
 * @param {string} module where `ReportSchema` is
 */
function rewrite(source, checker, module) {
  const aliases = new Map(source.statements.flatMap((statement) => nameOfDocument(statement)));
  const statements = source.statements.map((statement) => {
    const text = statement.getText(source);
    if (
      ts.isTypeAliasDeclaration(statement) &&
      /\bz\.(infer|output)</.test(text) &&
      !statement.typeParameters
    ) {
      const type = checker.getTypeFromTypeNode(statement.type);
      return `${commentOf(statement)}export type ${statement.name.text} = ${print(type, checker)};`;
    }
    const [declaration] = ts.isVariableStatement(statement) ? statement.declarationList.declarations : [];
    const output = declaration && checker.getTypeAtLocation(declaration.name).getProperty('_output');
    if (!declaration || !output) return statement.getFullText(source);
    const name = declaration.name.getText(source);
    const document = aliases.get(name) ?? print(checker.getTypeOfSymbol(output), checker);
    return `${commentOf(statement)}export declare const ${name}: ReportSchema<${document}>;`;
  });
  const content = statements.join('\n');
  const path = relative(dirname(source.fileName), module);
  const schema = `import type { ReportSchema } from '${path.startsWith('.') ? path : `./${path}`}';\n`;
  const isPlain = !/\bz\./.test(content);
  return schema + (isPlain ? content.replace(/^import \* as z from 'zod';$/m, '') : content);
}

/**
 * Returns the name of a schema and that of its documents, for `type Report = z.infer<typeof reportSchema>`.
 *
 * @param {ts.Statement} statement
 * @returns {[string, string][]}
 */
function nameOfDocument(statement) {
  if (!ts.isTypeAliasDeclaration(statement)) return [];
  const [, schema] = /^z\.infer<typeof (\w+)>$/.exec(statement.type.getText()) ?? [];
  return schema === undefined ? [] : [[schema, statement.name.text]];
}

/** @param {ts.Node} node */
function commentOf(node) {
  const text = node.getSourceFile().text;
  const comments = ts.getLeadingCommentRanges(text, node.getFullStart()) ?? [];
  return comments.map(({ pos, end }) => `${text.slice(pos, end)}\n`).join('');
}

/**
 * Writes a type out, with everything in it.
 *
 * @param {ts.Type} type
 * @param {ts.TypeChecker} checker
 * @param {string} [indent]
 * @returns {string}
 */
function print(type, checker, indent = '') {
  const deeper = `${indent}    `;
  if (type.aliasSymbol?.name === 'Json') return nameWithModule(type.aliasSymbol);
  if (type.isUnion()) {
    const members = type.types.filter((member) => !isBoolean(member));
    const written = members.map((member) => print(member, checker, indent));
    if (members.length < type.types.length) written.push('boolean');
    return written.map((member) => (/^readonly /.test(member) ? `(${member})` : member)).join(' | ');
  }
  if (checker.isTupleType(type) || checker.isArrayType(type)) return printList(type, checker, indent);
  if (!(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))) return checker.typeToString(type);
  const [index] = checker.getIndexInfosOfType(type);
  const fields = checker.getPropertiesOfType(type).map((property) => {
    const isOptional = Boolean(property.flags & ts.SymbolFlags.Optional);
    const whole = checker.getTypeOfSymbol(property);
    const value = print(isOptional ? checker.getNonNullableType(whole) : whole, checker, deeper);
    const isNullable =
      isOptional && whole.isUnion() && whole.types.some(({ flags }) => flags & ts.TypeFlags.Null);
    const name = /^\w+$/.test(property.name) ? property.name : `'${property.name}'`;
    return `${deeper}${name}${isOptional ? '?' : ''}: ${value}${isNullable ? ' | null' : ''};\n`;
  });
  if (index) {
    const [key, value] = [print(index.keyType, checker), print(index.type, checker, deeper)];
    if (fields.length === 0) return `Record<${key}, ${value}>`;
    fields.unshift(`${deeper}[name: ${key}]: ${value};\n`);
  }
  return `{\n${fields.join('')}${indent}}`;
}

/**
 * @param {ts.Type} type an array or tuple
 * @param {ts.TypeChecker} checker
 * @param {string} indent
 */
function printList(type, checker, indent) {
  const reference = /** @type {ts.TypeReference} */ (type);
  const types = checker.getTypeArguments(reference);
  const items = types.map((item) => print(item, checker, indent));
  const target = /** @type {ts.TupleType & ts.GenericType} */ (reference.target);
  if (checker.isTupleType(type)) return `${target.readonly ? 'readonly ' : ''}[${items.join(', ')}]`;
  const name = type.symbol.name === 'ReadonlyArray' ? 'readonly ' : '';
  const [item = 'unknown'] = items;
  return types[0]?.isUnion() || item.startsWith('readonly ') ? `${name}(${item})[]` : `${name}${item}[]`;
}

/**
 * Names a type that cannot be written out, because it contains itself.
 *
 * @param {ts.Symbol} symbol
 */
function nameWithModule(symbol) {
  const [declaration] = symbol.declarations ?? [];
  const module = resolve(declaration?.getSourceFile().fileName ?? '').replace(/\.d\.ts$/, '.js');
  return `import(${JSON.stringify(module)}).${symbol.name}`;
}

/** @param {ts.Type} type */
function isBoolean(type) {
  return Boolean(type.flags & ts.TypeFlags.BooleanLiteral);
}
