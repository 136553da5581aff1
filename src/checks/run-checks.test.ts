// Tests when checks run, are skipped or time out, and how their errors are reported.
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEADLINE } from '../../test/support/deadline.js';
import { RelayPhoneError } from '../errors.js';
import { NoAnswer } from '../http/send.js';
import { type Check, found, nothingToCheck, pass } from './check.js';
import { runChecks } from './run-checks.js';

type TestCheck = Check<string, undefined>;

const options = { command: 'doctor', timeoutMs: DEADLINE };

function check(id: string, needs: readonly string[], run: TestCheck['run']): TestCheck {
  return {
    id,
    group: 'all',
    expects: `${id} works`,
    needs,
    findings: {
      wrong: { severity: 'fault', why: 'It is.' },
      odd: { severity: 'warning', why: 'It may be.' },
    },
    run,
  };
}

const finding = (id: 'wrong' | 'odd') => () => found({ id, what: `something ${id}`, tryNext: ['fix it'] });

async function run(checks: readonly TestCheck[]): Promise<string[]> {
  const results = await runChecks(checks, undefined, options);
  return results.map(({ id, state, summary }) => `${id} ${state}${summary && `: ${summary}`}`);
}

describe('runChecks', () => {
  it('skips checks that need a failed one, directly or not, and names the failed one', async () => {
    const states = await run([
      check('first', [], finding('wrong')),
      check('second', ['first'], () => pass('fine')),
      check('third', ['second'], () => pass('fine')),
    ]);
    expect(states).toEqual([
      'first fault',
      'second skipped: waits for first',
      'third skipped: waits for first',
    ]);
  });

  it('skips checks that need a skipped one, for the same reason', async () => {
    const states = await run([
      check('first', [], () => nothingToCheck('no file')),
      check('second', ['first'], () => pass('fine')),
    ]);
    expect(states).toEqual(['first skipped: no file', 'second skipped: no file']);
  });

  it('runs a check after the ones that it comes after, also if they fail or do not run', async () => {
    const ended: string[] = [];
    const states = await run([
      check('first', [], async () => {
        await new Promise((resolve) => setImmediate(resolve));
        ended.push('first');
        return finding('wrong')();
      }),
      {
        ...check('second', [], () => pass(`after ${ended.join()}`)),
        after: ['first', 'unknown'],
      },
    ]);
    expect(states).toEqual(['first fault', 'second ok: after first']);
  });

  it('runs checks that need one with a warning', async () => {
    const states = await run([
      check('first', [], finding('odd')),
      check('second', ['first'], () => pass('fine')),
    ]);
    expect(states).toEqual(['first warning', 'second ok: fine']);
  });

  it('runs checks in parallel', async () => {
    let arrive: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const states = await run([
      check('waits', [], async () => {
        await arrived;
        return pass('met');
      }),
      check('comes', [], () => {
        arrive();
        return pass('came');
      }),
    ]);
    expect(states).toEqual(['waits ok: met', 'comes ok: came']);
  });

  it('ends a check that hangs, and skips those that need it', async () => {
    const hanging = check('hangs', [], () => new Promise(() => undefined));
    const after = check('after', ['hangs'], () => pass('fine'));
    const [hung, skipped] = await runChecks([hanging, after], undefined, { ...options, timeoutMs: 20 });
    expect(hung).toMatchObject({
      state: 'fault',
      findings: [{ id: 'could-not-look', what: expect.stringContaining('that hangs works') }],
    });
    expect(skipped).toMatchObject({ state: 'skipped', waitsFor: 'hangs' });
  });

  it('ends all checks together if the time limit is for all of them', async () => {
    let time = 0;
    const first = check('first', [], () => {
      time = 60_000;
      return pass('fine');
    });
    const late = check('late', ['first'], () => new Promise(() => undefined));
    const all = { ...options, timeoutMs: 60_000, timeoutFor: 'all' as const, now: () => time };
    const [one, other] = await runChecks([first, late], undefined, all);
    expect(one).toMatchObject({ state: 'ok', milliseconds: 60_000 });
    expect(other?.findings).toMatchObject([{ what: expect.stringContaining('longer than 60 s') }]);
  });

  it('reports a RelayPhoneError as a finding, with its advice', async () => {
    const failing = check('fails', [], () => {
      throw new RelayPhoneError({
        kind: 'network',
        task: 'read it',
        reason: 'it is gone',
        tryNext: ['look again'],
      });
    });
    const [result] = await runChecks([failing], undefined, options);
    expect(result?.findings).toMatchObject([
      {
        id: 'could-not-look',
        severity: 'fault',
        what: 'Failed to read it: it is gone',
        tryNext: ['look again'],
      },
    ]);
  });

  it('reports a missing answer as a finding', async () => {
    const failing = check('fails', [], () => {
      throw new NoAnswer('example.com did not answer', false);
    });
    const [result] = await runChecks([failing], undefined, options);
    expect(result?.findings).toMatchObject([
      { id: 'could-not-look', what: 'Failed to check that fails works: example.com did not answer' },
    ]);
  });

  it('reports what the system refuses as a finding, because a failed look says nothing', async () => {
    const failing = check('fails', [], () => {
      readFileSync(join(tmpdir(), 'no', 'such', 'file'));
      return pass('fine');
    });
    const [result] = await runChecks([failing], undefined, options);
    expect(result?.findings).toMatchObject([
      {
        id: 'could-not-look',
        what: expect.stringMatching(/^Failed to use .*file: it does not exist \(ENOENT\)/),
      },
    ]);
  });

  it('throws any other error of a check, because it is a bug', async () => {
    const buggy = check('fails', [], () => {
      throw new TypeError('undefined is not a function');
    });
    await expect(runChecks([buggy], undefined, options)).rejects.toThrow(TypeError);
  });

  it('reports which checks are running', async () => {
    const reported: string[] = [];
    const onChange = (running: readonly string[]) => reported.push(running.join(' '));
    const checks = [check('one', [], () => pass('fine')), check('two', ['one'], () => pass('fine'))];
    await runChecks(checks, undefined, { ...options, onProgress: onChange });
    expect(reported).toEqual(['one', '', 'two', '']);
  });
});
