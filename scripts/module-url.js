// Stands for `import.meta.url` in the bundle, which is CommonJS (scripts/build.js).
import { pathToFileURL } from 'node:url';

export const moduleUrl = pathToFileURL(__filename).href;
