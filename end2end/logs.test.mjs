// The Logs page as a place to look closer: typing a filter, choosing a part of the time, opening rows, following.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { becomeAdmin } from './harness/access.mjs';
import { seriousViolations } from './harness/axe.mjs';
import { alive, arrive, expectStatus, story } from './harness/browser.mjs';
import { ask } from './harness/dns.mjs';
import { MEMBERS, SERVICE, ZONE, applyLab } from './harness/lab.mjs';
import { suite } from './harness/suite.mjs';
import { sendQueries } from './harness/traffic.mjs';
import { until } from './harness/until.mjs';

const here = suite();
const ANSWERS = 500;
const MISSING = 40;

const filter = (page) => page.getByLabel('Filter', { exact: true });
const option = (page, name) => page.getByRole('option', { name, exact: true });
const rows = (page) => page.locator('table.log > tbody > tr:not(.folded)');
const param = (page, name) => new URL(page.url()).searchParams.get(name)?.trim() ?? null;

test('the log is looked into', async (t) => {
  const page = await here.open({ reducedMotion: 'reduce' });
  const { server } = here;
  await story(t, page, {
    'rows of more than one kind': async () => {
      await becomeAdmin(page, server);
      await applyLab(server);
      await sendQueries(server.dnsPort, SERVICE, ANSWERS);
      await sendQueries(server.dnsPort, `missing.${ZONE}`, MISSING);
      await page.goto('/logs?since=1h');
      await arrive(page, `${ANSWERS + MISSING} rows`);
      await alive(page);
    },

    'what became of every answer is a sum that comes out': async () => {
      const text = await page.locator('.sum').innerText();
      const numbers = [...text.replaceAll(',', '').matchAll(/\d+/g)].map(Number);
      assert.equal(numbers[0], ANSWERS + MISSING);
      assert.equal(numbers[0], numbers.slice(1).reduce((sum, n) => sum + n), text);
    },

    'a filter is typed with the arrows, from fields, operators and values that there are': async () => {
      await filter(page).focus();
      await page.keyboard.type('rco');
      await option(page, 'rcode').waitFor();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await option(page, '!=').waitFor();
      await page.keyboard.type('= ');
      await option(page, 'NXDOMAIN').waitFor();
      await page.keyboard.type('nx');
      await option(page, 'NOERROR').waitFor({ state: 'detached' });
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Tab');
      await until('the value is taken', async () => (await filter(page).inputValue()) === 'rcode = NXDOMAIN ');
      await option(page, 'and').waitFor();
      await page.keyboard.press('Escape');
      await option(page, 'and').waitFor({ state: 'detached' });
      await page.keyboard.press('Enter');
      await arrive(page, `${MISSING} rows`);
      assert.equal(param(page, 'filter'), 'rcode = NXDOMAIN');
    },

    'the chip of a condition turns it and takes it away': async () => {
      await page.getByRole('link', { name: 'not rcode = NXDOMAIN: the opposite' }).click();
      await arrive(page, `${ANSWERS} rows`);
      assert.equal(param(page, 'filter'), 'rcode != NXDOMAIN');
      await page.getByRole('link', { name: 'Take away rcode != NXDOMAIN' }).click();
      await arrive(page, `${ANSWERS + MISSING} rows`);
      await page.goBack();
      await arrive(page, `${ANSWERS} rows`);
      await page.goForward();
      await arrive(page, `${ANSWERS + MISSING} rows`);
    },

    'more rows come as one scrolls, and the document stays bounded': async () => {
      await alive(page);
      await until('all rows were there', async () => {
        await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
        return (await page.locator('[data-foot]').innerText()).startsWith(`${ANSWERS + MISSING} rows loaded`);
      });
      await page.locator('.page-foot a[rel=next]').waitFor({ state: 'detached' });
      await until('rows far above are folded', async () => (await page.locator('tbody[data-folded]').count()) > 0);
      assert.ok((await rows(page).count()) < ANSWERS + MISSING);
      await page.evaluate(() => scrollTo(0, 0));
      await until('the first rows are back', async () => (await rows(page).first().getAttribute('aria-rowindex')) === '2');
      const indexes = await rows(page).evaluateAll((all) => all.map((row) => Number(row.ariaRowIndex ?? row.getAttribute('aria-rowindex'))));
      assert.deepEqual(indexes, [...indexes].sort((a, b) => a - b));
      assert.equal(new Set(indexes).size, indexes.length, 'no row is there twice');
    },

    'a row opens beside the table, says why, and closes by Escape': async () => {
      await page.goto('/logs?since=1h&filter=service%20%3D%20' + SERVICE);
      await alive(page);
      await rows(page).nth(2).locator('a.open').click();
      const drawer = page.locator('.drawer');
      await drawer.getByText('Why this answer').waitFor();
      assert.match(param(page, 'row'), /^\d+-\d+$/);
      assert.match(await drawer.innerText(), new RegExp(`dig @127.0.0.1 -p ${server.dnsPort} ${SERVICE} A`));
      assert.match(await drawer.locator('.steps').innerText(), /asks for hello\.avi\.iberia\.local/);
      assert.equal(await page.locator('tr.opened').count(), 1);
      assert.deepEqual(await seriousViolations(page), []);
      await page.keyboard.press('Escape');
      await drawer.waitFor({ state: 'detached' });
      assert.equal(param(page, 'row'), null);
      await page.goBack();
      await drawer.getByText('Why this answer').waitFor();
    },

    'a value of a row excludes itself': async () => {
      const member = page.locator('.drawer .row-facts div').filter({ hasText: 'Member' });
      const address = (await member.locator('.mono').first().innerText()).trim();
      assert.ok(MEMBERS.includes(address), address);
      await member.getByRole('link', { name: `Not member = ${address}` }).click();
      await page.waitForURL((url) => url.searchParams.get('filter').endsWith(`member != ${address}`));
      assert.equal(param(page, 'row'), null);
    },

    'a part of the time is chosen by dragging over it': async () => {
      await page.goto('/logs?since=1h');
      await alive(page);
      await page.getByRole('button', { name: 'Live' }).click();
      const box = await page.locator('[data-brush]').boundingBox();
      await page.mouse.move(box.x + box.width * 0.5, box.y + 40);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.7, box.y + 40, { steps: 4 });
      await page.locator('.brush-range').waitFor();
      await page.mouse.up();
      await page.waitForURL((url) => url.searchParams.has('from'));
      const span = (Date.parse(param(page, 'to')) - Date.parse(param(page, 'from'))) / 60_000;
      assert.ok(span > 8 && span < 18, `${span} minutes`);
    },

    'and by the keyboard': async () => {
      await page.goto('/logs?since=1h');
      await alive(page);
      const slider = page.getByRole('slider');
      await slider.focus();
      await page.keyboard.press('End');
      await page.keyboard.press('Shift+ArrowLeft');
      assert.match(await slider.getAttribute('aria-valuetext'), /^\d\d:\d\d:\d\d to \d\d:\d\d:\d\d UTC$/);
      assert.deepEqual(await seriousViolations(page), []);
      await page.keyboard.press('Enter');
      await page.waitForURL((url) => url.searchParams.has('from'));
      await arrive(page, `${ANSWERS + MISSING} rows`);
    },

    'rows are grouped, and the groups are a sheet': async () => {
      await page.goto('/logs?since=1h');
      await page.getByLabel('Group by').selectOption('member');
      await page.getByRole('button', { name: 'Group', exact: true }).click();
      await page.getByRole('heading', { name: /^Member: / }).waitFor();
      const counts = await page.locator('.groups tbody tr td:nth-of-type(1)').allInnerTexts();
      assert.equal(counts.reduce((sum, text) => sum + Number(text.replaceAll(',', '')), 0), ANSWERS + MISSING);
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: 'CSV of these' }).click();
      assert.equal((await download).suggestedFilename(), 'steelyard-groups.csv');
    },

    'a view is saved, begun with, renamed and deleted': async () => {
      await page.goto('/logs?since=1h&filter=rcode%20%3D%20NXDOMAIN&by=qtype');
      await page.locator('details.views > summary').click();
      await page.getByLabel('Save what is shown as').fill('Names that are missing');
      await page.getByLabel('Begin with it').check();
      await page.getByRole('button', { name: 'Save view' }).click();
      await arrive(page, `${MISSING} rows`);
      await page.goto('/logs');
      await arrive(page, `${MISSING} rows`);
      assert.equal(param(page, 'by'), 'qtype');
      await page.goto('/logs/views');
      await page.getByLabel('New name of Names that are missing').fill('Missing');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await arrive(page, 'Missing');
      assert.deepEqual(await seriousViolations(page), []);
      await page.getByRole('button', { name: 'Delete Missing' }).click();
      await arrive(page, 'No view yet');
      await page.goto('/logs');
      await arrive(page, `${ANSWERS + MISSING} rows`);
    },

    'two views of one name are one too many': async () => {
      for (const status of [undefined, 422]) {
        if (status) expectStatus(page, status);
        await page.goto('/logs?since=1h');
        await page.locator('details.views > summary').click();
        await page.getByLabel('Save what is shown as').fill('Twice');
        await page.getByRole('button', { name: 'Save view' }).click();
      }
      await page.getByText('there is a view of this name').first().waitFor();
      expectStatus(page);
    },

    'rows are followed as they are written, and wait while one looks': async () => {
      await page.goto('/logs?since=1h&filter=service%20%3D%20' + SERVICE);
      await page.getByRole('link', { name: 'Follow' }).click();
      await arrive(page, 'Follow');
      await alive(page);
      await page.getByText('Waiting for the first row').waitFor();
      const shown = page.locator('table[data-tail] tbody tr');
      // The stream may begin a little after the page.
      await until('the first row', async () => {
        await ask(server.dnsPort, SERVICE);
        return (await shown.count()) > 0;
      });
      await page.getByRole('button', { name: 'Following' }).click();
      const before = await shown.count();
      await sendQueries(server.dnsPort, SERVICE, 30);
      await sendQueries(server.dnsPort, `missing.${ZONE}`, 5);
      await page.getByRole('button', { name: /^\d+ new$/ }).waitFor();
      await until('all of them wait', async () => (await page.locator('.pill').innerText()).startsWith('3'));
      assert.equal(await shown.count(), before);
      await page.locator('.pill').click();
      await until('they are shown', async () => (await shown.count()) >= before + 30);
      const text = await page.locator('table[data-tail]').innerText();
      assert.ok(!text.includes('missing.'), 'the server filters');
      assert.deepEqual(await seriousViolations(page), []);
    },
  });
});

test('the log is looked into without JavaScript', async (t) => {
  const page = await here.open({ javaScriptEnabled: false });
  await story(t, page, {
    'pages of rows, older and newer': async () => {
      await page.goto('/sign-in');
      await page.getByLabel('Name').fill('ana');
      await page.getByLabel('Password').fill('a lever and two pans');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.goto('/logs?since=1h');
      const first = await rows(page).first().locator('a.open').getAttribute('href');
      await page.getByRole('link', { name: 'Older rows' }).click();
      assert.equal(await rows(page).count(), 100);
      assert.notEqual(await rows(page).first().locator('a.open').getAttribute('href'), first);
      await page.getByRole('link', { name: 'Newer rows' }).click();
      const key = (href) => new URL(href, page.url()).searchParams.get('row');
      assert.equal(key(await rows(page).first().locator('a.open').getAttribute('href')), key(first));
    },

    'a bar leads to its own time, and a row to its drawer': async () => {
      await page.locator('.chart-data summary').click();
      await page.locator('.chart-data tbody a').first().click();
      assert.ok(param(page, 'from') && param(page, 'to'));
      await rows(page).first().locator('a.open').click();
      await page.locator('.drawer').getByText('Around it').waitFor();
      await page.locator('.drawer').getByRole('link', { name: 'Close' }).click();
      assert.equal(await page.locator('.drawer').count(), 0);
    },

    'columns are chosen': async () => {
      await page.goto('/logs?since=1h');
      await page.locator('summary', { hasText: 'Columns' }).click();
      await page.getByLabel('Member', { exact: true }).check();
      await page.getByRole('button', { name: 'Show these' }).click();
      await page.getByRole('columnheader', { name: 'Member' }).waitFor();
    },

    'following says how else': async () => {
      await page.goto('/logs/tail?filter=rcode%20%3D%20NXDOMAIN');
      await page.getByText("steelyard logs tail --filter 'rcode = NXDOMAIN'").first().waitFor();
    },
  });
});
