// The pictures of the README, of a live run with real traffic: node end2end/shots.mjs
//
// It is no test. It serves the demo at the default addresses, so that the pictures show what a reader will see, and
// sends queries for four minutes, with a change of weights half-way.

import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { becomeAdmin } from './harness/access.mjs';
import { openPage, startBrowser } from './harness/browser.mjs';
import { SERVICE, ZONE, fillWeights, saveService } from './harness/lab.mjs';
import { startServer } from './harness/server.mjs';
import { startSteadyLoad } from './harness/traffic.mjs';
import { until } from './harness/until.mjs';

const FOLDER = fileURLToPath(new URL('../docs/images/', import.meta.url));
const SIZE = { width: 1280, height: 800 };
/** How long each of the two settings of the weights is under load. */
const HALF_MS = 115_000;
/** Name, queries per second, address of the client. */
const TRAFFIC = [
  [SERVICE, 41, '127.0.0.21'],
  [SERVICE, 23, '127.0.0.22'],
  [SERVICE, 9, '127.0.0.23'],
  [`test.${ZONE}`, 3, '127.0.0.22'],
  [`old.${ZONE}`, 1, '127.0.0.23'],
];

const PICTURES = {
  overview: (page) => page.goto('/'),
  split: (page) => page.goto(`/split/${SERVICE}?since=5m`),
  logs: (page) => page.goto('/logs?since=5m'),
  service: async (page) => {
    await page.goto(`/services/${SERVICE}/edit`);
    await fillWeights(page, [20, 20, 1]);
    await page.getByText('exact in every 41 answers').scrollIntoViewIfNeeded();
  },
};

const server = await startServer({ http: '127.0.0.1:3000', dns: '127.0.0.1:5353', flags: ['--demo'] });
const browser = await startBrowser();
try {
  const page = await openPage(browser, server, { viewport: SIZE });
  await becomeAdmin(page, server);
  await until('every member is up', async () => {
    await page.goto('/services');
    return page.getByText('3 of 3 up').isVisible();
  });
  await underLoad();
  await page.goto(`/services/${SERVICE}/edit`);
  await fillWeights(page, [20, 20, 1]);
  await page.getByLabel('Reason').fill('Canary in the second data centre');
  await saveService(page);
  await underLoad();
  await take(page);
} finally {
  await browser.close();
  await server.stop();
}

async function underLoad() {
  const loads = await Promise.all(TRAFFIC.map((load) => startSteadyLoad(server.dnsPort, ...load)));
  await new Promise((over) => setTimeout(over, HALF_MS));
  const reports = await Promise.all(loads.map((load) => load.stop()));
  const lost = reports.reduce((sum, report) => sum + report.lost, 0);
  if (lost) throw new Error(`${lost} queries were lost`);
}

async function take(page) {
  await mkdir(FOLDER, { recursive: true });
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const [name, go] of Object.entries(PICTURES)) {
      await go(page);
      await page.waitForLoadState('networkidle');
      await page.screenshot({ path: `${FOLDER}${name}-${colorScheme}.png` });
      console.log(`docs/images/${name}-${colorScheme}.png`);
    }
  }
}
