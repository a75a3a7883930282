// The console on a telephone: everything is reachable, nothing is wider than the screen.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { becomeAdmin } from './harness/access.mjs';
import { arrive, expectStatus, story } from './harness/browser.mjs';
import { SERVICE, fillWeights } from './harness/lab.mjs';
import { EMPTY, FILLED, fill } from './harness/places.mjs';
import { suite } from './harness/suite.mjs';
import { until } from './harness/until.mjs';

const here = suite();
const TELEPHONE = { width: 390, height: 844 };
// WCAG 2.2, success criterion 1.4.10 (Reflow): 320 CSS pixels, without scrolling in two dimensions.
const NARROWEST = 320;
// WCAG 2.2, success criterion 2.5.8 (Target Size, Minimum), CSS pixels.
const TARGET = 24;

test('the console fits a narrow screen', async (t) => {
  const page = await here.open({ viewport: TELEPHONE, hasTouch: true, isMobile: true });
  const { server } = here;
  await story(t, page, {
    'the first pages': async () => {
      await page.goto('/welcome');
      await expectFit(page);
      await becomeAdmin(page, server);
    },

    'pages with nothing to show yet': async () => {
      for (const path of EMPTY) await visit(page, path);
    },

    'every place is reached from the navigation': async () => {
      await fill(server);
      const places =
        ['Services', 'Zones', 'Sites', 'Monitors', 'Split', 'Logs', 'Events', 'Alerts', 'Changes', 'Overview'];
      for (const place of places) {
        await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: place }).tap();
        await arrive(page, place);
        const current = page.getByRole('navigation', { name: 'Main' }).locator('[aria-current=page]');
        assert.equal(await current.innerText(), place);
        assert.ok(await within(page, current), `${place} is scrolled out of sight`);
      }
      await page.getByRole('link', { name: 'ana' }).tap();
      await arrive(page, 'ana');
    },

    'pages with everything there is': async () => {
      for (const path of FILLED) await visit(page, path);
    },

    'pages that say what is wrong': async () => {
      expectStatus(page, 404, 422);
      await visit(page, '/services/nowhere.example.org');
      await visit(page, '/logs?filter=rcod%20%3D%20NOERROR');
      await visit(page, '/logs?filter=rcode%20%3D%20SERVFAIL');
      await page.goto('/services/new');
      await page.getByLabel('Name', { exact: true }).fill('a-name-that-is-quite-long.and.below.no.zone.example.org');
      await page.getByLabel('Address of member 1').fill('2001:db8:1111:2222:3333:4444:5555:66666');
      await fillWeights(page, [-1, 1001]);
      await page.getByRole('button', { name: 'Save', exact: true }).tap();
      await page.getByRole('alert').waitFor();
      await expectFit(page);
      expectStatus(page);
    },

    'the service form is usable with a thumb': async () => {
      await page.goto(`/services/${SERVICE}/edit`);
      for (const control of await page.locator('main :is(input, select, button, textarea):visible').all()) {
        const box = await control.boundingBox();
        // A tick is as large as the label it is in.
        const tick = (await control.getAttribute('type')) === 'checkbox';
        const target = tick ? await control.locator('xpath=ancestor::label').boundingBox() : box;
        const name = (await control.getAttribute('name')) ?? (await control.innerText());
        if (target.width <= 1) continue;
        assert.ok(target.width >= TARGET && target.height >= TARGET, `${name} is ${target.width} x ${target.height}`);
        assert.ok(box.x >= 0 && box.x + box.width <= TELEPHONE.width, `${name} is partly off the screen`);
      }
      await fillWeights(page, [2, 1, 1]);
      const shares = page.locator('[data-share-of]');
      await until('shares', async () => (await shares.allInnerTexts()).join() === '50.0 %,25.0 %,25.0 %');
      await page.getByRole('button', { name: 'Add a member' }).tap();
      await page.getByLabel('Address of member 4').fill('2001:db8:1111:2222:3333:4444:5555:6666');
      await expectFit(page);
      await page.getByRole('button', { name: 'Save', exact: true }).tap();
      await arrive(page, SERVICE);
      await expectFit(page);
    },
  });
});

async function visit(page, path) {
  await page.goto(path);
  await expectFit(page);
}

/** At both widths the page does not scroll sideways; wide tables scroll by themselves. */
async function expectFit(page) {
  for (const width of [TELEPHONE.width, NARROWEST]) {
    await page.setViewportSize({ ...TELEPHONE, width });
    const { needed, wide } = await page.evaluate(widest);
    assert.ok(needed <= width, `${page.url()} needs ${needed} of ${width} pixels: ${wide}`);
  }
  await page.setViewportSize(TELEPHONE);
}

/** The width the document needs, and the innermost element without which it would need less. Runs in the page. */
function widest() {
  const width = () => document.documentElement.scrollWidth;
  const needed = width();
  const widens = (element) => {
    const { display } = element.style;
    element.style.setProperty('display', 'none', 'important');
    const less = width() < needed;
    element.style.display = display;
    return less;
  };
  let wide = document.body;
  for (let inner = wide; inner; inner = [...wide.children].find(widens)) wide = inner;
  return { needed, wide: `${wide.tagName.toLowerCase()}.${wide.className} ${wide.textContent.slice(0, 80)}` };
}

async function within(page, locator) {
  const [box, size] = [await locator.boundingBox(), page.viewportSize()];
  return box.x >= 0 && box.x + box.width <= size.width + 1 && box.y >= 0 && box.y + box.height <= size.height;
}
