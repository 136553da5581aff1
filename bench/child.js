// Starts the processes of a bench: each measured server, and the client that loads them, has one of its own.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * @param {string} name a file in processes/ @param {string[]} args
 * @returns what it says first, how to ask it and hear its answer, and how to end it
 */
export async function start(name, ...args) {
  const child = fork(join(import.meta.dirname, 'processes', `${name}.js`), args);
  const gone = once(child, 'exit');
  let isWanted = true;
  gone.then(([code, signal]) => {
    if (isWanted) throw new Error(`bench/processes/${name}.js ended with ${code ?? signal}`);
  });
  const hear = async () => (await once(child, 'message'))[0];
  return {
    first: await hear(),
    ask: (question) => {
      const answer = hear();
      child.send(question);
      return answer;
    },
    end: async () => {
      isWanted = false;
      child.kill();
      await gone;
    },
  };
}

/**
 * The same for a process with a database of its own, in a folder that goes with it.
 *
 * @param {string} name @param {(database: string) => string[]} argsOf
 */
export async function startWithDatabase(name, argsOf) {
  const folder = mkdtempSync(join(tmpdir(), 'relay-phone-bench-'));
  const child = await start(name, ...argsOf(join(folder, 'bench.db')));
  return {
    ...child,
    end: async () => {
      await child.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A sandbox with a number to send from. @param {number} keepExchanges */
export async function startSandbox(keepExchanges = 2000) {
  const argsOf = (database) => [database, String(keepExchanges)];
  const { first, ask, end } = await startWithDatabase('sandbox', argsOf);
  // Its messages are described in processes/usage.js.
  return { server: first, measure: () => ask('usage'), end };
}

/** A server that does only what the bar is measured against. @param {number} size of its answers' bodies */
export async function startBareServer(size) {
  const { first, ask, end } = await start('bare', String(size));
  return { server: first, measure: () => ask('usage'), end };
}

/** The client; `load` takes the options of processes/load.js and returns its result. */
export async function startClient() {
  const { ask, end } = await start('load');
  return { load: (task) => ask(task), end };
}
