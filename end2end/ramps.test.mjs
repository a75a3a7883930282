// A canary ramp in the browser: its steps are seen before it starts, it is steered by hand, and it works without a script.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { becomeAdmin, signIn } from './harness/access.mjs';
import { seriousViolations } from './harness/axe.mjs';
import { alive, arrive, expectStatus, story } from './harness/browser.mjs';
import { MEMBERS, SERVICE, createZone, fillService, saveService } from './harness/lab.mjs';
import { suite } from './harness/suite.mjs';
import { sendQueries } from './harness/traffic.mjs';

const here = suite();

test('an operator sees the steps of a ramp, starts it, and steers it', async (t) => {
  const page = await here.open({ reducedMotion: 'reduce' });
  await story(t, page, {
    'the form shows each step in whole weights while it is filled in': async () => {
      await becomeAdmin(page, here.server);
      await createZone(page);
      await fillService(page, [6, 3, 1]);
      await saveService(page);
      await page.getByRole('link', { name: 'Ramp', exact: true }).click();
      await arrive(page, `Ramp a canary of ${SERVICE}`);
      await arrive(page, 'No canary chosen yet');
      await alive(page);
      await page.getByRole('checkbox', { name: new RegExp(`^${MEMBERS[2]}, weight 1`) }).check();
      const steps = page.getByRole('region', { name: 'Steps in whole weights' });
      await steps.getByText('66', { exact: true }).waitFor();
      await page.getByLabel('Steps', { exact: true }).fill('5, 20, 100');
      await steps.getByRole('row', { name: /^1 5 %/ }).waitFor();
      assert.match(await steps.innerText(), /1\s+5 %\s+38\s+19\s+3\s+5\.000 %\s+none\s+60\s+200/);
      await expectAccessible(page);
    },

    'what is wrong stands beside its field': async () => {
      await page.getByLabel('Steps', { exact: true }).fill('20, 5');
      await page.getByText('each step has to be above the one before').waitFor();
      expectStatus(page, 422);
      await page.getByRole('button', { name: 'Start the ramp' }).click();
      await page.getByRole('alert').waitFor();
      assert.equal(await page.getByLabel('Steps', { exact: true }).getAttribute('aria-invalid'), 'true');
      await expectAccessible(page);
      expectStatus(page);
      await page.getByLabel('Steps', { exact: true }).fill('5, 20, 100');
      await page.getByLabel('Reason').fill('shop 2.4');
      await page.getByRole('button', { name: 'Start the ramp' }).click();
      await arrive(page, 'Canary ramp 1');
    },

    'the first step is in force, and what it waits for is counted': async () => {
      await page.getByText('Step 1 of 3: the canary has 5.00 %.').waitFor();
      assert.match(await page.locator('.ladder li.now').innerText(), /5 %\s+Step 1\s+38 : 19 : 3\s+now/);
      await sendQueries(here.server.dnsPort, SERVICE, 120);
      await page.getByText('120 of 200', { exact: true }).waitFor();
      await page.getByText('6 of 120 answers named the canary: 5.00 %').waitFor();
      await page.locator('.gates li', { hasText: 'Split' }).getByText('PASS').waitFor();
      await expectAccessible(page);
    },

    'it goes on when told so, and each step is a revision': async () => {
      await page.getByText('Next step now').click();
      await page.getByLabel('Why').first().fill('looks well');
      await page.getByRole('button', { name: 'Go to 20 %' }).click();
      await page.getByText('Step 2 of 3: the canary has 20.00 %.').waitFor();
      const row = page.getByRole('region', { name: 'History of the ramp' }).getByRole('row', { name: /step 2/ });
      await row.getByRole('link').click();
      await page.getByText(/ramp 1: step 2 of 3, 20 %/).first().waitFor();
      await page.goBack();
    },
  });
});

test('without a script a ramp is paused, goes on, and is aborted', async (t) => {
  const page = await here.open({ javaScriptEnabled: false });
  await story(t, page, {
    'pause and go on': async () => {
      await signIn(page);
      await page.goto(`/services/${SERVICE}/ramp`);
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByText('ana paused it.').first().waitFor();
      assert.match(await page.locator('.ladder li.held').innerText(), /20 %[^]*paused/);
      await page.getByRole('button', { name: 'Go on' }).click();
      await page.getByText('ana let it go on.').first().waitFor();
    },

    'abort asks once more, and the weights before are back': async () => {
      await page.locator('summary', { hasText: 'Abort' }).click();
      await page.getByText('The weights before the ramp, 6 : 3 : 1, are in force with the next answer').waitFor();
      await page.getByRole('button', { name: 'Abort the ramp' }).click();
      await page.getByText('The weights before the ramp are back: 10.00 % for the canary.').waitFor();
      await page.goto(`/services/${SERVICE}`);
      const weights = await page.getByRole('region', { name: /Members of pool/ }).locator('tbody tr td:nth-child(3)').allInnerTexts();
      assert.deepEqual(weights, ['6', '3', '1']);
    },

    'the steps are shown by a button of the form': async () => {
      await page.goto(`/services/${SERVICE}/ramp/new`);
      await page.getByRole('checkbox', { name: new RegExp(`^${MEMBERS[0]}`) }).check();
      await page.getByRole('button', { name: 'Show the steps' }).click();
      await page.getByRole('region', { name: 'Steps in whole weights' }).waitFor();
      assert.ok(await page.getByRole('checkbox', { name: new RegExp(`^${MEMBERS[0]}`) }).isChecked());
    },
  });
});

async function expectAccessible(page) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await seriousViolations(page, colorScheme === 'light' ? undefined : ['color-contrast']), []);
  }
  await page.emulateMedia({ colorScheme: 'light' });
}
