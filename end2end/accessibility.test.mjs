// axe-core on every page, in both colour schemes, and the keyboard.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { becomeAdmin } from './harness/access.mjs';
import { seriousViolations } from './harness/axe.mjs';
import { alive, arrive, expectStatus, step, story } from './harness/browser.mjs';
import { SERVICE, fillWeights } from './harness/lab.mjs';
import { EMPTY, FILLED, fill } from './harness/places.mjs';
import { suite } from './harness/suite.mjs';

const here = suite();

test('no page has a serious or critical violation of what axe checks', async (t) => {
  // A colour on its way to another is none of the design's.
  const page = await here.open({ reducedMotion: 'reduce' });
  const { server } = here;
  await story(t, page, {
    'before the first user': async () => {
      await expectAccessible(page, '/welcome');
      expectStatus(page, 422);
      await page.getByLabel('One-time code').fill('AAAA-AAAA');
      await page.getByLabel('New password').fill('short');
      await page.getByRole('button', { name: 'Start' }).click();
      await page.getByRole('alert').waitFor();
      await expectAccessible(page);
    },
    'coming in': async () => {
      await becomeAdmin(page, server);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await arrive(page, 'Sign in');
      await expectAccessible(page);
      expectStatus(page, 401);
      await page.getByLabel('Name').fill('ana');
      await page.getByLabel('Password').fill('not the password');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('alert').waitFor();
      await expectAccessible(page);
      await page.getByLabel('Password').fill('a lever and two pans');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await arrive(page, 'Overview');
      expectStatus(page);
    },
    'nothing to show yet': async () => {
      for (const path of EMPTY) await expectAccessible(page, path);
    },
    'everything there is': async () => {
      await fill(server);
      for (const path of FILLED) await expectAccessible(page, path);
    },
    'what went wrong': async () => {
      expectStatus(page, 404, 422);
      await expectAccessible(page, '/services/nowhere.example.org');
      await expectAccessible(page, '/nowhere');
      await expectAccessible(page, '/logs?filter=rcode%20%3D%20SERVFAIL');
      await expectAccessible(page, '/logs?filter=rcod%20%3D%20NOERROR');
      await page.goto(`/services/${SERVICE}/edit`);
      await fillWeights(page, [-1, 1001]);
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByRole('alert').waitFor();
      await expectAccessible(page);
      expectStatus(page);
    },
    'an open row of the log': async () => {
      await page.goto('/logs');
      await alive(page);
      await page.getByRole('button', { name: 'Live' }).click();
      await page.locator('table.log a.open').first().click();
      await page.getByText('Why this answer').waitFor();
      await expectAccessible(page);
    },
  });
  await step(t, page, 'the keyboard alone leads everywhere', () => keyboard(page));
});

/** axe finds nothing in the page, and in the dark no lack of contrast; goes to `path` first, if given. */
async function expectAccessible(page, path) {
  if (path) await page.goto(path);
  for (const [colorScheme, rules] of [['light'], ['dark', ['color-contrast']]]) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await seriousViolations(page, rules), [], `${page.url()}, ${colorScheme}`);
  }
}

async function keyboard(page) {
  await page.goto('/services/new');
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to content' });
  assert.ok(await isFocused(skip), 'the first stop is the skip link');
  const box = await skip.boundingBox();
  assert.ok(box.x >= 0 && box.y >= 0 && box.width > 20 && box.height > 10, 'the skip link is seen when it is reached');
  await page.keyboard.press('Enter');
  assert.ok(await isFocused(page.locator('#content')), 'it leads to the content');

  // From there through the whole form, each stop once, each to be seen.
  const save = page.getByRole('button', { name: 'Save', exact: true });
  const stops = [];
  while (!(await isFocused(save)) && stops.length < 80) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(focused);
    assert.ok(stop.marked, `the focus on ${stop.name} is not to be seen`);
    assert.ok(!stops.includes(stop.name), `${stop.name} comes twice`);
    stops.push(stop.name);
  }
  for (const name of ['name', 'ttl', 'pools.0.members.0.address', 'pools.0.members.2.weight', 'add_member', 'reason']) {
    assert.ok(stops.includes(name), `${name} is not reached: ${stops}`);
  }
}

const isFocused = (locator) => locator.evaluate((element) => element === document.activeElement);

/** The element in focus, and whether an outline, or a shadow or border it has only now, shows it. Runs in the page. */
function focused() {
  const element = document.activeElement;
  const look = () => {
    const { outlineStyle, outlineWidth, boxShadow, borderColor } = getComputedStyle(element);
    return { outline: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1, boxShadow, borderColor };
  };
  const now = look();
  element.blur();
  const before = look();
  element.focus();
  const marked = now.outline || now.boxShadow !== before.boxShadow || now.borderColor !== before.borderColor;
  const name = element.name || element.textContent.trim();
  return { marked, name: ['remove', 'add_pool'].includes(name) ? element.getAttribute('aria-label') ?? name : name };
}
