// Builds dist/ anew after every change of what goes into it: `npm run dev`, until Ctrl-C.
import { spawnSync } from 'node:child_process';
import { watch } from 'node:fs';

/** Milliseconds: an editor saves many files at once. */
const CALM = 100;

/** @type {NodeJS.Timeout | undefined} */
let timer;

function build() {
  const { status } = spawnSync(process.execPath, ['scripts/build.js'], { stdio: 'inherit' });
  process.stdout.write(status === 0 ? 'Built. Waiting for changes.\n' : 'Not built. Waiting for changes.\n');
}

build();
for (const folder of ['src', 'templates']) {
  watch(folder, { recursive: true }, (_event, file) => {
    if (file?.endsWith('.test.ts')) return;
    clearTimeout(timer);
    timer = setTimeout(build, CALM);
  });
}
