// Tells what a process has used, whenever it is asked anything.

/** The answer: the most memory it has had, in bytes, and its CPU time, in microseconds. */
export function tellUsage() {
  process.on('message', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    process.send?.({ memory: maxRSS * 1024, cpu: userCPUTime + systemCPUTime });
  });
}
