// Measures the page in Chromium: its size, how soon it is there, 10,000 events, 100 events a second, nodes and memory.
import { readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';
import { buildRooms } from './build.js';
import { start } from './child.js';
import { median, reportAtMost } from './figures.js';

const ROUNDS = 7;
const BROWSER = '/usr/bin/chromium';
const [EVENTS, RATE, SECONDS] = [10_000, 100, 10];

/** Prints a line for each. */
export async function measure() {
  reportSizes();
  await buildRooms();
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? BROWSER,
    args: ['--enable-precise-memory-info', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  });
  const empty = await serveEmptyPage();
  const lab = await start('page', String(EVENTS));
  try {
    const times = { empty: [], paint: [], usable: [] };
    for (let round = -1; round < ROUNDS; round += 1) {
      const bare = await visit(browser, empty.origin, 'p');
      const ours = await visit(browser, await lab.ask('/timeline'), '.event-row');
      if (round < 0) continue;
      times.empty.push(bare.paint);
      times.paint.push(ours.paint);
      times.usable.push(ours.usable);
    }
    const beside = `medians of ${ROUNDS}; an empty page paints after ${median(times.empty)} ms`;
    reportAtMost('first paint of the page', median(times.paint), 300, 'ms', beside);
    reportAtMost(`${EVENTS} events usable`, median(times.usable), 500, 'ms', beside);
    for (const screen of ['timeline', 'phones']) await measureLoad(browser, lab, screen);
  } finally {
    await browser.close();
    await lab.end();
    await empty.close();
  }
}

function reportSizes() {
  const sizeOf = (start) =>
    readdirSync('dist/page')
      .filter((name) => start.test(name))
      .reduce((sum, name) => sum + statSync(`dist/page/${name}`).size, 0) / 1000;
  reportAtMost('JavaScript at the first load', sizeOf(/^(main|worker)-.*\.js\.gz$/), 60, 'kB', 'gzip');
  reportAtMost('style', sizeOf(/^style-.*\.css\.gz$/), 10, 'kB', 'gzip');
}

/** Opens an address in a new context, and returns when it painted and when `selector` was there, in milliseconds. */
async function visit(browser, address, selector) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(address);
  await page.waitForSelector(selector);
  const figures = await page.evaluate(() => ({
    usable: Math.round(performance.now()),
    paint: Math.round(performance.getEntriesByName('first-paint')[0]?.startTime ?? Number.NaN),
  }));
  await context.close();
  return figures;
}

async function measureLoad(browser, lab, screen) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(await lab.ask(`/${screen}`));
  await page.waitForSelector(screen === 'timeline' ? '.event-row' : '.latest');
  await page.evaluate(() => {
    globalThis.longest = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries())
        globalThis.longest = Math.max(globalThis.longest, duration);
    }).observe({ type: 'longtask' });
  });
  await lab.ask({ rate: RATE, seconds: SECONDS });
  const { longest, nodes, heap } = await page.evaluate(() => ({
    longest: globalThis.longest,
    nodes: document.querySelectorAll('*').length,
    heap: performance.memory.usedJSHeapSize / 1e6,
  }));
  const details = `${screen}, ${RATE} events a second for ${SECONDS} s`;
  reportAtMost('longest task', longest, 50, 'ms', `${details}; 0: none of 50 ms or more`);
  reportAtMost('nodes of the document', nodes, 1500, '', details);
  reportAtMost('heap', heap, 60, 'MB', details);
  await context.close();
}

async function serveEmptyPage() {
  const server = createServer((_, outgoing) =>
    outgoing.setHeader('Content-Type', 'text/html').end('<!doctype html><p>Empty</p>'),
  );
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
