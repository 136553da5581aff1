// Writes the section of docs/fidelity.md about the parameters of requests: one table per resource, from the routes.
import { PAGING, type ParameterTable, type Treatment } from '../../src/sandbox/server/parameters.js';
import { ACCOUNT, API_2010 } from '../../src/sandbox/server/paths.js';
import { PRODUCTS, type Product } from '../../src/sandbox/server/rest-routes.js';
import { readRoutes } from './openapi/served.js';

const INTRODUCTION = `
## Parameters of requests

All parameters that Twilio documents for the operations that the sandbox has. Tests compare them with the OpenAPI documents and the SDK.
Not listed are \`PageSize\`, \`Page\` and \`PageToken\` of every list; the sandbox has them.

- **does**: has Twilio's effect.
- **checks only**: an invalid value may be refused; what a valid one changes at Twilio, no app could notice.
- **not here**: Twilio would do something, and the sandbox does not. The header \`relay-phone-unsupported\` of the answer and an
  event \`unsupported\` say so, unless the value is one in brackets, which asks for what happens anyway. Parameters that have
  an effect only with another one follow after "with". \`ContentSid\`, and the SIDs of a number's address, bundle, identity and
  trunk, are refused as well: they name something that does not exist here.
`;

const CLASSES = ['does', 'checks only', 'not here'] as const;

/** The operations of a resource that have the same parameters. */
interface Operations {
  readonly names: readonly string[];
  readonly table: ParameterTable;
}

/** Returns the section as Markdown. */
export function formatParameters(): string {
  const sections = PRODUCTS.flatMap((product) =>
    [...readResources(product)].map(([resource, operations]) =>
      formatResource(product, resource, operations),
    ),
  );
  return INTRODUCTION + sections.join('');
}

/** Reads the operations with parameters of each resource of a product. */
function readResources(product: Product): Map<string, Operations[]> {
  const resources = new Map<string, Operations[]>();
  for (const { method, path, parameters } of readRoutes(product)) {
    if (!parameters) continue;
    const { table } = parameters;
    const name = `${method} ${shorten(path)}`;
    const resource = /^(?:v\d+\/)?\w+/.exec(shorten(path))?.[0] ?? '';
    const known = resources.get(resource) ?? [];
    const same = known.find((one) => one.table === table);
    const others = known.filter((one) => one !== same);
    resources.set(resource, [...others, { names: [...(same?.names ?? []), name], table }]);
  }
  return resources;
}

/** Returns a route's pattern as people read it: `Calls/{}` for one call. */
function shorten(pattern: string): string {
  return pattern
    .replace(`${ACCOUNT}/`, '')
    .replace(`${API_2010}/`, '')
    .replace(/:\w+(?:\{[^}]*\})?/g, '{}')
    .replace(/\.json$/, '')
    .replace(/^\//, '');
}

function formatResource(product: Product, resource: string, all: readonly Operations[]): string {
  const rows = all.flatMap(({ names, table }) =>
    CLASSES.flatMap((kind) => {
      const listed = describe(kind, table);
      return listed === '' ? [] : [`| ${code(names)} | ${kind} | ${listed} |\n`];
    }),
  );
  if (rows.length === 0) return '';
  const head = '| operation | class | parameters |\n| --- | --- | --- |\n';
  return `\n### ${resource} (${product}.twilio.com)\n\n${head}${rows.join('')}`;
}

/** Returns the parameters of a class; empty if there are none. */
function describe(kind: Treatment['kind'], table: ParameterTable): string {
  const own = Object.entries(table).filter(([name]) => !(name in PAGING));
  const inClass = own.filter(([, treatment]) => treatment.kind === kind);
  const values =
    kind === 'not here'
      ? own.flatMap(([name, { missing = [] }]) => missing.map((value) => code([`${name}=${value}`])))
      : [];
  const alone = inClass.filter(([, { partOf }]) => partOf === undefined);
  const named = alone.map(
    ([name, { anyway = [] }]) => code([name]) + (anyway.length > 0 ? ` (${code(anyway)})` : ''),
  );
  const wholes = [...new Set(inClass.flatMap(([, { partOf }]) => partOf ?? []))];
  const parts = wholes.map((whole) => {
    const names = inClass.filter(([, { partOf }]) => partOf === whole).map(([name]) => name);
    return `with ${code([whole])}: ${code(names)}`;
  });
  return [[...values, ...named].join(', '), ...parts].filter((part) => part !== '').join('; ');
}

function code(texts: readonly string[]): string {
  return texts.map((text) => `\`${text}\``).join(', ');
}
