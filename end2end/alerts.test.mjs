// Somebody is told: a channel and a rule are made with forms, a test goes out, and the change of it is an event.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';

import { becomeAdmin } from './harness/access.mjs';
import { arrive, expectStatus, story } from './harness/browser.mjs';
import { suite } from './harness/suite.mjs';

const here = suite();

test('an operator makes a channel and a rule, tries the channel, and finds both in the events', async (t) => {
  const page = await here.open();
  const { server } = here;
  const receiver = createServer((_, response) => response.end());
  await new Promise((listening) => receiver.listen(0, '127.0.0.1', listening));
  t.after(() => receiver.close());

  await story(t, page, {
    'only the fields of the chosen kind are shown': async () => {
      await becomeAdmin(page, server);
      await page.goto('/alerts/channels/new');
      assert.ok(await page.getByLabel('Secret that holds the address').isVisible());
      await page.getByLabel('Kind').selectOption('email');
      assert.ok(await page.getByLabel('Relay').isVisible());
      assert.ok(!(await page.getByLabel('Secret that holds the address').isVisible()));
    },

    'what is wrong stands beside its field, and nothing that was typed is lost': async () => {
      await page.getByLabel('Kind').selectOption('json');
      await page.getByLabel('Name').fill('tickets');
      await page.getByLabel('Address', { exact: true }).fill('ftp://tickets.example.net/');
      expectStatus(page, 422);
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByRole('alert').waitFor();
      expectStatus(page);
      assert.equal(await page.getByLabel('Address', { exact: true }).getAttribute('aria-invalid'), 'true');
      await page.getByLabel('Address', { exact: true }).fill(`http://127.0.0.1:${receiver.address().port}/`);
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await arrive(page, 'Alerts');
    },

    'a rule names events and the channel': async () => {
      await page.getByRole('link', { name: 'New rule' }).click();
      await page.getByLabel('Name').fill('service-down');
      await page.getByRole('checkbox', { name: 'tickets' }).check();
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await arrive(page, 'Alerts');
      const rules = page.getByRole('region', { name: 'Rules' });
      assert.match(await rules.innerText(), /service-down\s+GS_UP, GS_DOWN, GS_MEMBER_UP, GS_MEMBER_DOWN/);
    },

    'a test that may not go to this machine says so, and stands in the log': async () => {
      expectStatus(page, 502);
      await page.getByRole('button', { name: 'Send a test through tickets' }).click();
      await page.getByText('The test of tickets failed').waitFor();
      expectStatus(page);
      assert.match(await page.getByRole('alert').innerText(), /it is this machine/);
      await page.goto('/alerts/deliveries');
      assert.match(await page.getByRole('region', { name: 'Deliveries' }).innerText(), /tickets\s+test\s+TEST test\.invalid\s+failed/);
    },

    'both changes are events': async () => {
      await page.goto('/events?kinds=CONFIG_CHANGED');
      const events = page.getByRole('region', { name: 'Events' });
      await events.getByText('by ana (alert_rule service-down)').waitFor();
      assert.match(await events.innerText(), /by ana \(channel tickets\)/);
    },
  });
});
