// Measures whether sending goes on as it began, for a minute and 200,000 messages, and the memory that it takes.
import { startClient, startSandbox } from './child.js';
import { median, reportAtLeast, reportAtMost } from './figures.js';

const LOAD = { connections: 16, phones: [0, 99] };
const MEGABYTE = 1_000_000;

/** Prints how fast the end was against the beginning, and how much memory 100,000 messages took at most. */
export async function measure() {
  const sandbox = await startSandbox();
  const client = await startClient();
  const { server } = sandbox;
  const start = performance.now();
  const first = await client.load({ server, ...LOAD, count: 100_000 });
  const { memory } = await sandbox.measure();
  const seconds = 60 - (performance.now() - start) / 1000;
  const rest = await client.load({ server, ...LOAD, count: 100_000, seconds });
  await Promise.all([sandbox.end(), client.end()]);
  // A few ten thousands rather than one: another process may have its second.
  const [begin, end] = [median(first.windows.slice(0, 3)), median(rest.windows.slice(-3))];
  const details = `${begin.toFixed(0)} and ${end.toFixed(0)} a second of ${first.answered + rest.answered}`;
  reportAtLeast('the last ten thousand messages against the first', end / begin, 0.9, 'x', details);
  reportAtMost('memory with 100,000 messages', memory / MEGABYTE, 200, 'MB', 'the most it ever had');
}
