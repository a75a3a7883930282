// The console without a line of JavaScript: links and plain forms do everything.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { becomeAdmin, signIn } from './harness/access.mjs';
import { arrive, story } from './harness/browser.mjs';
import { ask } from './harness/dns.mjs';
import { SERVICE, ZONE, createZone, fillService, saveService } from './harness/lab.mjs';
import { suite } from './harness/suite.mjs';
import { sendQueries } from './harness/traffic.mjs';

const here = suite();

test('everything an operator needs works without JavaScript', async (t) => {
  const page = await here.open({ javaScriptEnabled: false });
  const { server } = here;
  await story(t, page, {
    'sign in by the code, out, and in again by the password': async () => {
      await becomeAdmin(page, server);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await arrive(page, 'Sign in');
      await signIn(page);
    },

    'create a zone, whose static record is answered': async () => {
      await createZone(page);
      const { records } = await ask(server.dnsPort, `www.${ZONE}`);
      assert.deepEqual(records, [{ address: '192.0.2.80', ttl: 60 }]);
    },

    'add and remove member rows by their buttons, and lose nothing of what was typed': async () => {
      await fillService(page, [2, 1, 1]);
      await page.getByLabel('Reason').fill('a fourth member');
      await page.getByRole('button', { name: 'Add a member' }).click();
      await page.getByLabel('Address of member 4').fill('10.10.23.41');
      await page.getByLabel('Weight of member 4').fill('4');
      await page.getByRole('button', { name: 'Remove member 3' }).click();
      const typed = ['Address of member 3', 'Weight of member 3', 'Weight of member 1', 'TTL', 'Reason'];
      const values = await Promise.all(typed.map((label) => page.getByLabel(label, { exact: true }).inputValue()));
      assert.deepEqual(values, ['10.10.23.41', '4', '2', '2', 'a fourth member']);
      assert.equal(await page.getByLabel('Address of member 4').count(), 0);
      assert.deepEqual(await page.locator('[data-share-of]').allInnerTexts(), ['28.6 %', '14.3 %', '57.1 %']);
    },

    'save by pressing Enter in a field': async () => {
      await page.getByLabel('TTL', { exact: true }).press('Enter');
      await arrive(page, SERVICE);
    },

    'see the split, by links alone': async () => {
      await sendQueries(server.dnsPort, SERVICE, 700);
      await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Split' }).click();
      await page.getByRole('row', { name: SERVICE }).getByRole('link', { name: 'Split' }).click();
      await page.getByText('The traffic split as configured.').waitFor();
      const answers = await page.locator('.segment tbody tr td:nth-of-type(3)').allInnerTexts();
      assert.deepEqual(answers, ['200', '100', '400']);
    },

    'export, by a plain form': async () => {
      const download = page.waitForEvent('download');
      await page.locator('summary', { hasText: 'Export' }).click();
      await page.getByRole('button', { name: 'Download' }).click();
      assert.match((await download).suggestedFilename(), /^steelyard-\d{14}\.csv$/);
    },

    'change weights, and revert the change': async () => {
      await page.goto(`/services/${SERVICE}/edit`);
      await page.getByLabel('Weight of member 1').fill('0');
      await saveService(page);
      await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Changes' }).click();
      await page.getByRole('rowheader').first().getByRole('link').click();
      await page.getByRole('button', { name: 'Revert this change' }).click();
      await page.getByText('Revert of generation 3').waitFor();
      await page.goto(`/services/${SERVICE}/edit`);
      assert.equal(await page.getByLabel('Weight of member 1').inputValue(), '2');
    },

    'delete the service, after a question': async () => {
      await page.goto(`/services/${SERVICE}`);
      await page.getByRole('link', { name: 'Delete this service' }).click();
      await page.getByText(`From the next query on, ${SERVICE} does not exist`).waitFor();
      await page.getByRole('button', { name: 'Delete the service' }).click();
      await arrive(page, 'No service yet');
      assert.equal((await ask(server.dnsPort, SERVICE)).rcode, 'NXDOMAIN');
    },
  });
});
