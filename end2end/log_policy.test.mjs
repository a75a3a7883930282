// What the log keeps: limits and filters by a form, rows added and taken away without losing what was typed.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { becomeAdmin } from './harness/access.mjs';
import { arrive, expectStatus, story } from './harness/browser.mjs';
import { suite } from './harness/suite.mjs';

const here = suite();

test('an operator limits the log and asks for some rows in spite of that', async (t) => {
  const page = await here.open();
  const { server } = here;
  const save = () => page.getByRole('button', { name: 'Save', exact: true }).click();

  await story(t, page, {
    'the form is found from the Logs page': async () => {
      await becomeAdmin(page, server);
      await page.goto('/logs');
      await page.getByRole('link', { name: 'What is kept' }).click();
      await arrive(page, 'What the log keeps');
    },

    'a filter is added, and what was typed stays': async () => {
      const limits = page.getByRole('group', { name: 'Rows a second of each service' });
      await limits.getByLabel('All other').fill('10');
      await page.getByRole('button', { name: 'Add a filter' }).click();
      const filter = page.getByRole('group', { name: 'Filter 1' });
      await filter.getByLabel('Name').fill('campus');
      assert.equal(await limits.getByLabel('All other').inputValue(), '10');
    },

    'what is wrong stands beside its field': async () => {
      const filter = page.getByRole('group', { name: 'Filter 1' });
      await filter.getByLabel('Rows').fill('client_ip in (10.0.0.0/8');
      expectStatus(page, 422);
      await save();
      await page.getByRole('alert').waitFor();
      expectStatus(page);
      assert.equal(await filter.getByLabel('Rows').getAttribute('aria-invalid'), 'true');
      assert.equal(await filter.getByLabel('Name').inputValue(), 'campus');
      await filter.getByLabel('Rows').fill('client_ip in (10.0.0.0/8)');
      await save();
      await arrive(page, 'Logs');
    },

    'a filter is taken away again': async () => {
      await page.goto('/logs/policy');
      await page.getByRole('button', { name: 'Remove filter 1' }).click();
      await page.getByText('There is no filter').waitFor();
      await save();
      await arrive(page, 'Logs');
      await page.goto('/logs/policy');
      const limits = page.getByRole('group', { name: 'Rows a second of each service' });
      assert.equal(await limits.getByLabel('All other').inputValue(), '10');
    },
  });
});
