// The library: a sandbox for any Node.js test suite.
export { createSandbox } from './sandbox/create.js';
export type { Sandbox, SandboxOptions } from './sandbox/sandbox.js';
