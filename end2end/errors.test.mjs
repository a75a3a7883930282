// What is wrong in a form is said beside its field, with the value and the remedy; nothing is lost, nothing saved.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { becomeAdmin } from './harness/access.mjs';
import { expectStatus, step, story } from './harness/browser.mjs';
import { SERVICE, ZONE, createZone, fillService, saveService } from './harness/lab.mjs';
import { suite } from './harness/suite.mjs';

const here = suite();

test('a mistake costs nothing but its correction', async (t) => {
  const page = await here.open();
  await story(t, page, {
    'a wrong one-time code and a password too short': async () => {
      expectStatus(page, 422);
      await page.goto('/welcome');
      await page.getByLabel('One-time code').fill('AAAA-AAAA');
      await page.getByLabel('Your name').fill('ben');
      await page.getByLabel('New password').fill('short');
      await page.getByRole('button', { name: 'Start' }).click();
      await expectError(page, 'New password', [/10/]);
      assert.equal(await page.getByLabel('Your name').inputValue(), 'ben');
    },
    'everything right, to begin with': async () => {
      await becomeAdmin(page, here.server);
      await createZone(page);
      await fillService(page, [6, 3, 1]);
      await saveService(page);
    },
  });

  const service = (label, value, error) => () => refused(page, newService, label, value, error);
  const zone = (label, value, error) => () => refused(page, newZone, label, value, error);
  const monitor = (label, value, error) => () => refused(page, newMonitor, label, value, error);
  const cases = {
    'a weight below the range': service('Weight of member 2', '-1', [/-1/, /0 to 1000/]),
    'a weight above the range': service('Weight of member 1', '1001', [/1001/, /0 to 1000/]),
    'a weight that is no number': service('Weight of member 1', 'six', [/six/, /0 to 1000/]),
    'a member that is no address': service('Address of member 3', '10.10.23', [/"10\.10\.23"/, /192\.0\.2\.1/]),
    'the same member twice': service('Address of member 3', '192.0.2.1', [/192\.0\.2\.1/, /once/]),
    'a service outside every zone': service('Name', 'hello.example.org', [/hello\.example\.org/, new RegExp(ZONE)]),
    'the name of another service': service('Name', SERVICE, [new RegExp(SERVICE), /choose another, or edit that one/]),
    'a TTL beyond what DNS knows': service('TTL', '99999999', [/99999999/, /604800/]),
    'too many addresses for an answer': service('Addresses per answer', '21', [/21/, /1 to 20/]),
    'a zone that exists': zone('Name', ZONE, [new RegExp(ZONE.replaceAll('.', '\\.')), /choose another|edit/]),
    'a record that is none': zone('Static records', 'www A 192.0.2', [/www A 192\.0\.2|192\.0\.2/, /address/]),
    'a monitor slower than its interval': monitor('Timeout', '20s', [/20s/, /interval/]),

    'two mistakes at once are both named, and lead to their fields': async () => {
      await newService(page);
      await page.getByLabel('TTL', { exact: true }).fill('soon');
      await page.getByLabel('Weight of member 1').fill('-1');
      await save(page);
      const summary = page.getByRole('alert');
      assert.match(await summary.innerText(), /Nothing was saved\./);
      const links = summary.getByRole('link');
      assert.equal(await links.count(), 2);
      await links.last().click();
      await page.locator(':target').and(page.getByLabel('Weight of member 1')).waitFor();
    },

    'a change that overtakes another is not made unseen': async () => {
      expectStatus(page, 412);
      await page.goto(`/services/${SERVICE}/edit`);
      const other = await page.context().newPage();
      await other.goto(`/services/${SERVICE}/edit`);
      await other.getByLabel('TTL', { exact: true }).fill('3');
      await saveService(other);
      await other.close();
      await page.getByLabel('TTL', { exact: true }).fill('4');
      await save(page);
      await page.getByRole('alert').getByText(/the configuration has changed since you read it/).waitFor();
      assert.equal(await page.getByLabel('TTL', { exact: true }).inputValue(), '4');
    },
  };
  for (const [name, work] of Object.entries(cases)) await step(t, page, name, work);
});

/** A form that would be accepted as it is. */
async function newService(page) {
  await page.goto('/services/new');
  await page.getByLabel('Name', { exact: true }).fill(`other.${ZONE}`);
  await page.getByLabel('Description').fill('kept as it was typed');
  for (const i of [1, 2, 3]) await page.getByLabel(`Address of member ${i}`).fill(`192.0.2.${i}`);
  await page.getByLabel('Member 3 enabled').uncheck();
}

async function newZone(page) {
  await page.goto('/zones/new');
  await page.getByLabel('Name', { exact: true }).fill('gslb.example.org');
  await page.getByLabel('Name servers').fill('ns1.example.org\nns2.example.org');
  await page.getByLabel('Static records').fill('www A 192.0.2.1');
}

async function newMonitor(page) {
  await page.goto('/monitors/new');
  await page.getByLabel('Name', { exact: true }).fill('http-other');
  await page.getByLabel('Host header').fill('www.example.org');
}

/** Fills a good form, puts `value` into the field of `label`, and is refused with `error` beside it. */
async function refused(page, fill, label, value, error) {
  expectStatus(page, 422);
  await fill(page);
  await page.getByLabel(label, { exact: true }).fill(value);
  await page.getByLabel('Reason').fill('because');
  const [typed, before] = [await fields(page), await generation(page)];
  await save(page);
  await expectError(page, label, error);
  await page.getByRole('alert').getByText('Nothing was saved.').waitFor();
  assert.deepEqual(await fields(page), typed);
  assert.equal(await generation(page), before);
}

const save = (page) => page.getByRole('button', { name: 'Save', exact: true }).click();

/** The field is marked as wrong and described by an error that says all of `patterns`. */
async function expectError(page, label, patterns) {
  const field = page.getByLabel(label, { exact: true }).and(page.locator('[aria-invalid=true]'));
  await field.waitFor();
  const notes = (await field.getAttribute('aria-describedby')).split(' ');
  const text = await page.locator(`[id="${notes.at(-1)}"].error`).innerText();
  for (const pattern of patterns) assert.match(text, pattern);
}

/** Everything the form holds. */
function fields(page) {
  return page.locator('form[method=post]').last().evaluate((form) => Object.fromEntries(new FormData(form)));
}

/** The generation in force, as every page says it. */
function generation(page) {
  return page.locator('.whoami a[href="/changes"]').innerText();
}
