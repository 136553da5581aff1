// A sandbox with many events, and its page. Asked for codes, and for events at a steady pace.
import { setTimeout as sleep } from 'node:timers/promises';
import { createSandbox } from '../../dist/index.js';
import { openPageFiles } from '../.built/page/server/files.js';
import { openPage } from '../.built/page/server/open-page.js';
import { createSandboxSource } from '../.built/page/server/source.js';
import { post } from './post.js';

const NUMBER = '+12025550100';
/** The number has no webhook: that the phone sent a text, and that the number has it. */
const EVENTS_OF_A_TEXT = 2;

const [events = '0'] = process.argv.slice(2);
const sandbox = await createSandbox();
await post(sandbox, 'IncomingPhoneNumbers', { PhoneNumber: NUMBER });
for (let sent = 0; sent < Number(events); sent += EVENTS_OF_A_TEXT) await text(sent / EVENTS_OF_A_TEXT);
const page = await openPage({
  port: 0,
  spare: 0,
  token: 'bench',
  source: createSandboxSource(sandbox),
  files: openPageFiles('dist/page'),
  writeStory: async () => undefined,
  now: Date.now,
});
process.on('message', async (asked) => {
  if (typeof asked === 'string') process.send?.(page.createAddress(asked));
  else {
    await emit(asked.rate, asked.seconds);
    process.send?.('emitted');
  }
});
process.send?.(page.origin);

async function emit(rate, seconds) {
  const texts = (rate * seconds) / EVENTS_OF_A_TEXT;
  const start = performance.now();
  for (let sent = 0; sent < texts; sent += 1) {
    await text(sent);
    const due = start + ((sent + 1) * 1000 * EVENTS_OF_A_TEXT) / rate;
    await sleep(Math.max(0, due - performance.now()));
  }
}

/** A text from one of ten phones. */
async function text(index) {
  await sandbox.phone(`+1212555019${index % 10}`).text(NUMBER, `Text ${index}`);
}
