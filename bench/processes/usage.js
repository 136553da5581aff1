// Tells what a process has used, when it is asked.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * To `usage`: the most memory it has had, in bytes, and its CPU time, in microseconds. To `memory`: how much it has,
 * once what is garbage was collected.
 */
export function tellUsage() {
  // A bench that failed must not leave servers behind.
  process.on('disconnect', () => process.exit());
  process.on('message', (question) => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    if (question === 'usage') process.send?.({ memory: maxRSS * 1024, cpu: userCPUTime + systemCPUTime });
    else process.send?.(measureMemory());
  });
}

function measureMemory() {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().rss;
}
