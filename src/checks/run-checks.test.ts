// Tests when checks run, are skipped or time out, and how their errors are reported.
import { describe, expect, it } from 'vitest';
import { RelayPhoneError } from '../errors.js';
import { NoAnswer } from '../http/send.js';
import { type Check, nothingToCheck, pass, passUnless } from './check.js';
import { runChecks } from './run-checks.js';

type TestCheck = Check<string, undefined>;

const options = { command: 'doctor', timeoutMs: 5000 };

function check(id: string, needs: readonly string[], look: TestCheck['run']): TestCheck {
  return {
    id,
    group: 'all',
    checks: `what ${id} checks`,
    needs,
    findings: {
      wrong: { severity: 'fault', why: 'It is.' },
      odd: { severity: 'warning', why: 'It may be.' },
    },
    run: look,
  };
}

const find = (id: 'wrong' | 'odd') => () =>
  passUnless('', [{ id, what: `something ${id}`, tryNext: ['fix it'] }]);

async function run(checks: readonly TestCheck[]): Promise<string[]> {
  const results = await runChecks(checks, undefined, options);
  return results.map(({ id, state, summary }) => `${id} ${state}${summary && `: ${summary}`}`);
}

describe('checks', () => {
  it('are skipped where one they need has a fault, and say which, however far away', async () => {
    const states = await run([
      check('first', [], find('wrong')),
      check('second', ['first'], () => pass('well')),
      check('third', ['second'], () => pass('well')),
    ]);
    expect(states).toEqual([
      'first fault',
      'second skipped: waits for first',
      'third skipped: waits for first',
    ]);
  });

  it('are skipped with the same words where there was nothing to look at', async () => {
    const states = await run([
      check('first', [], () => nothingToCheck('no file')),
      check('second', ['first'], () => pass('well')),
    ]);
    expect(states).toEqual(['first skipped: no file', 'second skipped: no file']);
  });

  it('go on after a warning', async () => {
    const states = await run([
      check('first', [], find('odd')),
      check('second', ['first'], () => pass('well')),
    ]);
    expect(states).toEqual(['first warning', 'second ok: well']);
  });

  it('run side by side where they can', async () => {
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

  it('that hang are given up, and what needs them is skipped', async () => {
    const hanging = check('hangs', [], () => new Promise(() => undefined));
    const after = check('after', ['hangs'], () => pass('well'));
    const [hung, skipped] = await runChecks([hanging, after], undefined, { ...options, timeoutMs: 20 });
    expect(hung).toMatchObject({
      state: 'fault',
      findings: [{ id: 'could-not-look', what: expect.stringContaining('what hangs checks') }],
    });
    expect(skipped).toMatchObject({ state: 'skipped', waitsFor: 'hangs' });
  });

  it('are all given up together where the limit is for all of them', async () => {
    let time = 0;
    const first = check('first', [], () => {
      time = 60_000;
      return pass('well');
    });
    const late = check('late', ['first'], () => new Promise(() => undefined));
    const all = { ...options, timeoutMs: 60_000, timeoutFor: 'all' as const, now: () => time };
    const [one, other] = await runChecks([first, late], undefined, all);
    expect(one).toMatchObject({ state: 'ok', milliseconds: 60_000 });
    expect(other?.findings).toMatchObject([{ what: expect.stringContaining('longer than 60 s') }]);
  });

  it('that fail in a way we know have a finding with the advice', async () => {
    const failing = check('fails', [], () => {
      throw new RelayPhoneError({ kind: 'network', task: 'see', reason: 'it is dark', tryNext: ['a light'] });
    });
    const [result] = await runChecks([failing], undefined, options);
    expect(result?.findings).toMatchObject([
      { id: 'could-not-look', severity: 'fault', what: 'Failed to see: it is dark', tryNext: ['a light'] },
    ]);
  });

  it('that get no answer have a finding too', async () => {
    const failing = check('fails', [], () => {
      throw new NoAnswer('example.com did not answer', false);
    });
    const [result] = await runChecks([failing], undefined, options);
    expect(result?.findings).toMatchObject([
      { id: 'could-not-look', what: 'Failed to check what fails checks: example.com did not answer' },
    ]);
  });

  it('that fail in another way are a bug, and not a finding', async () => {
    const buggy = check('fails', [], () => {
      throw new TypeError('undefined is not a function');
    });
    await expect(runChecks([buggy], undefined, options)).rejects.toThrow(TypeError);
  });

  it('say what still goes on', async () => {
    const told: string[] = [];
    const onChange = (running: readonly string[]) => told.push(running.join(' '));
    const checks = [check('one', [], () => pass('well')), check('two', ['one'], () => pass('well'))];
    await runChecks(checks, undefined, { ...options, onProgress: onChange });
    expect(told).toEqual(['one', '', 'two', '']);
  });
});
