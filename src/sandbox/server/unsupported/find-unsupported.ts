// Finds out whether a request that found nothing asks for something that Twilio has and the sandbox lacks.
import type { Unsupported } from '../../platform/events/unsupported.js';
import { API_2010 } from '../paths.js';
import { PRODUCTS } from '../rest-routes.js';
import { MISSING_OPERATIONS, MISSING_PRODUCTS } from './catalogue.js';

/** The part of a request that decides. */
interface Asked {
  readonly product: string | undefined;
  readonly method: string;
  readonly path: string;
}

/**
 * Returns what the sandbox lacks for a request that was refused; undefined if Twilio, too, has nothing there, as far as we
 * know.
 *
 * @param code why it was refused: 20404, or 20004 if only the method is wrong
 */
export function findUnsupported(asked: Asked, code: number): Unsupported | undefined {
  const { product } = asked;
  if (product === undefined) {
    return findOperation(asked, PRODUCTS) ?? (code === 20404 ? findProductOf(asked.path) : undefined);
  }
  return isServed(product) ? findOperation(asked, [product]) : describeProducts([product]);
}

function isServed(product: string): boolean {
  return (PRODUCTS as readonly string[]).includes(product);
}

/** An operation of a product that the sandbox has otherwise. */
function findOperation({ method, path }: Asked, products: readonly string[]): Unsupported | undefined {
  for (const product of products) {
    const found = operationsOf(product).find((one) => one.methods.includes(method) && one.shape.test(path));
    if (found) return { what: 'operation', name: `${method} ${found.name}`, host: hostOfProduct(product) };
  }
  return undefined;
}

interface MissingOperation {
  readonly methods: readonly string[];
  readonly shape: RegExp;
  /** `Calls/Streams` for `/2010-04-01/Accounts/{}/Calls/{}/Streams.json`. */
  readonly name: string;
}

const operations = new Map<string, readonly MissingOperation[]>();

function operationsOf(product: string): readonly MissingOperation[] {
  let known = operations.get(product);
  if (!known) {
    known = (MISSING_OPERATIONS[product] ?? '').trim().split('\n').map(readOperation);
    operations.set(product, known);
  }
  return known;
}

function readOperation(line: string): MissingOperation {
  const [written = '', ...methods] = line.trim().split(' ');
  const path = written.replace(/\.json$/, '');
  const whole = path.startsWith('/') ? path : `${API_2010}/Accounts/{}/${path}`;
  const pattern = whole.replaceAll('.', '\\.').replaceAll('{}', '[^/]+');
  const names = path.split('/').filter((part) => part !== '{}' && part !== '' && !API_2010.endsWith(part));
  return { methods, shape: new RegExp(`^${pattern}(?:\\.(?:json|xml|csv))?$`), name: names.join('/') };
}

/** The products that a path without a host may belong to. */
function findProductOf(path: string): Unsupported | undefined {
  const [, version = '', segment = ''] = path.split('/');
  const may = Object.entries(MISSING_PRODUCTS).filter(([, { paths }]) => {
    const [versions = '', ...segments] = paths.split(' ');
    return versions.split('/').includes(version) && segments.includes(segment);
  });
  return may.length === 0 ? undefined : describeProducts(may.map(([product]) => product));
}

function describeProducts(products: readonly string[]): Unsupported {
  const titles = products.map((product) => MISSING_PRODUCTS[product]?.title ?? hostOfProduct(product));
  return {
    what: 'api',
    name: [...new Set(titles)].join(' or '),
    host: products.map(hostOfProduct).join(' or '),
  };
}

function hostOfProduct(product: string): string {
  return `${product}.twilio.com`;
}
