// Paths into JSON, such as `messages.0.sid`.

/** Returns the value at a path; undefined if there is none. */
export function findAtPath(json: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, name)) return undefined;
    return (value as Readonly<Record<string, unknown>>)[name];
  }, json);
}

/** Adds a name to a path. */
export function joinPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** True if `path`, or a path above it, is one of `patterns`, in which `*` stands for any one name. */
export function isBelow(patterns: readonly string[], path: string): boolean {
  const names = path.split('.');
  return patterns.some((one) => one.split('.').every((part, index) => part === '*' || part === names[index]));
}
