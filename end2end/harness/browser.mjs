// A real Chromium, and pages that remember whatever went wrong in them.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const PATIENCE_MS = 15_000;
const RESULTS = fileURLToPath(new URL('../results/', import.meta.url));

/** Starts the browser. */
export function startBrowser() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGS });
}

/** A page in a context of its own. */
export async function openPage(browser, server, options = {}) {
  const viewport = { width: 1440, height: 900 };
  const context = await browser.newContext({ baseURL: server.url, viewport, ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  watch(page, options.javaScriptEnabled ?? true);
  return page;
}

const watched = new WeakMap();

/** Collects console errors (a blocked script or style is one), failed requests and answers that are errors. */
function watch(page, scripts) {
  const state = { wrong: [], expected: [] };
  watched.set(page, state);
  const expected = (status) => state.expected.includes(status);
  page.on('pageerror', (error) => state.wrong.push(`exception: ${error.message}`));
  page.on('console', (message) => {
    const status = Number(message.text().match(/status of (\d+)/)?.[1]);
    if (message.type() === 'error' && !expected(status)) state.wrong.push(`console: ${message.text()}`);
  });
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText;
    // What the browser gives up because it goes elsewhere, or because it is a download.
    const givenUp = why === 'net::ERR_ABORTED';
    const switchedOff = !scripts && request.resourceType() === 'script';
    if (!givenUp && !switchedOff) state.wrong.push(`request: ${request.url()}: ${why}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400 && !expected(response.status())) {
      state.wrong.push(`response: ${response.status()} ${response.url()}`);
    }
  });
}

/** Waits for the page whose heading says exactly this. */
export async function arrive(page, heading) {
  await page.getByRole('heading', { name: heading, exact: true }).waitFor();
  await page.waitForLoadState();
}

/** Waits until what the wasm adds to the page reacts: a click before that is the plain page's, or nobody's. */
export async function alive(page) {
  await page.locator('html[data-islands=alive]').waitFor();
}

/** From now on answers with these statuses are what the test is about. */
export function expectStatus(page, ...statuses) {
  watched.get(page).expected = statuses;
}

/** Fails when anything went wrong in the page since it was opened. */
export function assertNothingWrong(page) {
  assert.deepEqual(watched.get(page).wrong, []);
}

/** Runs the steps one after the other; once one failed, the rest is skipped. */
export async function story(t, page, steps) {
  for (const [name, work] of Object.entries(steps)) {
    if (!(await step(t, page, name, work))) return;
  }
}

/** Runs one subtest in a page, in which nothing may go wrong, and keeps a picture of a failure. Whether it passed. */
export async function step(t, page, name, work) {
  let passed = false;
  await t.test(name, async () => {
    try {
      await work();
      assertNothingWrong(page);
      passed = true;
    } catch (error) {
      await mkdir(RESULTS, { recursive: true });
      await page.screenshot({ path: `${RESULTS}${name.replace(/\W+/g, '-')}.png`, fullPage: true }).catch(() => {});
      throw error;
    }
  });
  return passed;
}
