// Exports in the background, and exported logs that come back to be judged.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { becomeAdmin } from './harness/access.mjs';
import { arrive, expectStatus, story } from './harness/browser.mjs';
import { SERVICE } from './harness/lab.mjs';
import { fill } from './harness/places.mjs';
import { suite } from './harness/suite.mjs';
import { until } from './harness/until.mjs';

const here = suite();

test('an export in the background is fetched, judged and removed', async (t) => {
  const page = await here.open();
  const { server } = here;
  let file;
  await story(t, page, {
    'a site with answers': async () => {
      await becomeAdmin(page, server);
      await fill(server);
    },

    'ask for the rows of a service': async () => {
      await page.goto(`/logs?since=1h&filter=${encodeURIComponent(`service = ${SERVICE}`)}`);
      await page.locator('summary', { hasText: 'Export' }).click();
      await page.getByLabel('Columns').fill('avi');
      await page.getByRole('button', { name: 'Make in the background' }).click();
      await arrive(page, 'Exports');
      await until('the file is there', async () => {
        await page.goto('/logs/exports');
        return page.getByRole('link', { name: 'Download export 1' }).isVisible();
      });
      const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: '1', exact: true }) });
      const text = await row.innerText();
      for (const part of ['CSV job, columns avi', `service = ${SERVICE}`, 'by ana', '40']) assert.ok(text.includes(part), text);
    },

    'fetch it': async () => {
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: 'Download export 1' }).click();
      file = await readFile(await (await download).path());
      assert.equal(file.toString('utf8').trimEnd().split('\n').length, 41);
    },

    'judge it by the weights of the service': async () => {
      await page.goto('/split');
      await page.getByRole('link', { name: 'Judge an exported log' }).click();
      await arrive(page, 'Judge an exported log');
      await page.getByLabel('Weights of').selectOption(SERVICE);
      await page.getByLabel('File').setInputFiles({ name: 'avi.csv', mimeType: 'text/csv', buffer: file });
      await page.getByRole('button', { name: 'Judge', exact: true }).click();
      await page.getByText('The traffic split as configured.').waitFor();
      await page.getByText('column dns_ips').waitFor();
      await page.getByRole('heading', { name: 'Answers over time' }).waitFor();
    },

    'a file that cannot be judged is refused beside its field': async () => {
      expectStatus(page, 422);
      await page.getByLabel('File').setInputFiles({ name: 'other.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b\n1,2\n') });
      await page.getByRole('button', { name: 'Judge', exact: true }).click();
      await page.getByRole('alert').getByText('no column that is known to hold answers').waitFor();
      assert.equal(await page.getByLabel('Weights of').inputValue(), SERVICE);
      expectStatus(page);
    },

    'remove it': async () => {
      await page.goto('/logs/exports');
      await page.getByRole('button', { name: 'Remove export 1' }).click();
      await page.getByRole('heading', { name: 'Nothing was exported yet' }).waitFor();
    },
  });
});
