// What a newcomer does on the first day: from the one-time code to a proven canary, through a storage outage.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { becomeAdmin } from './harness/access.mjs';
import { alive, arrive, expectStatus, story } from './harness/browser.mjs';
import { ask } from './harness/dns.mjs';
import { MEMBERS, SERVICE, createZone, fillService, fillWeights } from './harness/lab.mjs';
import { startPostgres, stopPostgres } from './harness/postgres.mjs';
import { suite } from './harness/suite.mjs';
import { sendQueries, startSteadyLoad } from './harness/traffic.mjs';
import { until } from './harness/until.mjs';

const here = suite();
/** From a change's response to the first answer that follows it. */
const IN_FORCE_MS = 100;
const LOAD_PER_SECOND = 400;

test('a newcomer creates a service, proves its split, moves a canary and rides out a storage outage', async (t) => {
  const page = await here.open({ permissions: ['clipboard-read', 'clipboard-write'] });
  const { server } = here;
  let load;
  t.after(() => load?.stop().catch(() => {}));

  await story(t, page, {
    'the one-time code lets the first administrator in': async () => {
      await becomeAdmin(page, server);
      await page.getByRole('link', { name: 'Create your first zone' }).waitFor();
    },

    'a zone is created with a static record': async () => {
      await createZone(page);
      const records = page.getByRole('region', { name: 'Static records' });
      assert.match(await records.innerText(), /www\s+60\s+A\s+192\.0\.2\.80/);
    },

    'while weights are typed, the form shows the shares': async () => {
      await fillService(page, [6, 3, 1]);
      await expectShares(page, ['60.0 %', '30.0 %', '10.0 %']);
      await expectText(page, '[data-period-of]', 'exact in every 10 answers');
      await page.getByLabel('Weight of member 3').fill('');
      await expectShares(page, ['66.7 %', '33.3 %', '–']);
      await page.getByLabel('Weight of member 3').fill('1');
      await expectShares(page, ['60.0 %', '30.0 %', '10.0 %']);
    },

    'what is saved is answered at once': async () => {
      const { answer, took } = await saveAndAsk(page, server);
      assert.deepEqual(answer.records, [{ address: MEMBERS[0], ttl: 2 }]);
      assert.ok(took < IN_FORCE_MS, `answered ${took.toFixed(1)} ms after the response`);
    },

    '5,000 queries are split 3,000 : 1,500 : 500, and the page says PASS and why': async () => {
      // The first of them was asked right after the save.
      const sent = await sendQueries(server.dnsPort, SERVICE, 4_999);
      assert.deepEqual(sent, { sent: 4_999, completed: 4_999, lost: 0, interrupted: 0, codes: { NOERROR: 4_999 } });
      await page.goto(`/split/${SERVICE}`);
      const [segment] = await segments(page, 1);
      assert.deepEqual(segment.answers, ['3,000', '1,500', '500']);
      assert.equal(segment.verdict, 'PASS');
      assert.match(segment.text, /Every member has exactly its share\./);
      const headline = await page.locator('.headline').innerText();
      assert.match(headline, /PASS\s+The traffic split as configured\.\s+Every member has exactly its share/);
    },

    'every answer is a row of the log': async () => {
      await page.getByRole('link', { name: 'Logs' }).click();
      await arrive(page, '5,000 rows');
    },

    'the page can be held still, and the command that asks is copied': async () => {
      await alive(page);
      await page.getByRole('button', { name: 'Live' }).click();
      await page.getByRole('button', { name: 'Paused', pressed: true }).waitFor();
      await page.getByRole('link', { name: 'Overview' }).click();
      await arrive(page, 'Overview');
      await alive(page);
      await page.getByRole('button', { name: 'Copy' }).click();
      await page.getByRole('button', { name: 'Copied' }).waitFor();
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      assert.equal(copied, `dig @127.0.0.1 -p ${server.dnsPort} ${SERVICE}`);
      await page.getByRole('link', { name: 'Logs' }).click();
    },

    'a filter that matches nothing says so, and offers the way back': async () => {
      await filter(page, 'rcode != NOERROR');
      await arrive(page, 'Nothing matches');
      await page.getByText('5,000 answers in this window, none of which the filter matches.').waitFor();
      await page.getByRole('link', { name: 'Clear the filter' }).click();
      await arrive(page, '5,000 rows');
    },

    'a filter with a mistake says it beside the field and keeps the text': async () => {
      expectStatus(page, 422);
      await filter(page, 'rcod = NOERROR');
      const field = page.getByLabel('Filter', { exact: true }).and(page.locator('[aria-invalid=true]'));
      await field.waitFor();
      assert.equal(await field.inputValue(), 'rcod = NOERROR');
      const error = await page.locator(`#${await field.getAttribute('aria-describedby')}`).innerText();
      assert.match(error, /at character 1: .*"rcod".*did you mean rcode\?/);
      await page.getByRole('link', { name: 'Clear', exact: true }).click();
      await arrive(page, '5,000 rows');
      expectStatus(page);
    },

    'the export shows its progress, and its file proves the split': async () => {
      await alive(page);
      const download = page.waitForEvent('download');
      const bar = page.getByRole('progressbar', { name: 'Export' }).waitFor();
      await page.locator('summary', { hasText: 'Export' }).click();
      await page.getByRole('button', { name: 'Download' }).click();
      await bar;
      await page.getByRole('status').getByText('5,000 rows exported').waitFor();
      const octets = await readFile(await (await download).path());
      const digest = createHash('sha256').update(octets).digest('hex');
      await expectText(page, '.export-digest', `SHA-256 ${digest}`);
      const rows = csv(octets.toString('utf8'));
      assert.equal(rows.length, 5_000);
      const counts = MEMBERS.map((address) => rows.filter((row) => row.answers === address).length);
      assert.deepEqual(counts, [3_000, 1_500, 500]);
      assert.ok(rows.every((row) => row.fqdn === SERVICE && row.rcode === 'NOERROR' && row.ttl === '2'));
    },

    'a canary of 1 in 41 gets exactly 100 of the next 4,100 answers': async () => {
      await page.goto(`/services/${SERVICE}`);
      await page.getByRole('link', { name: 'Edit' }).click();
      await fillWeights(page, [20, 20, 1]);
      await expectText(page, '[data-period-of]', 'exact in every 41 answers');
      await page.getByLabel('Reason').fill('canary in the third cluster');
      const { answer, took } = await saveAndAsk(page, server);
      assert.equal(answer.records[0].ttl, 2);
      assert.ok(took < IN_FORCE_MS, `answered ${took.toFixed(1)} ms after the response`);
      const { completed } = await sendQueries(server.dnsPort, SERVICE, 4_099);
      assert.equal(completed, 4_099);
      await page.goto(`/split/${SERVICE}`);
      const [second, first] = await segments(page, 2);
      assert.deepEqual(second.answers, ['2,000', '2,000', '100']);
      assert.match(second.title, /Segment 2 of 2: weights 20 : 20 : 1/);
      assert.deepEqual(first.answers, ['3,000', '1,500', '500']);
      assert.deepEqual([first.verdict, second.verdict], ['PASS', 'PASS']);
    },

    'the change stands in the history with its reason': async () => {
      await page.getByRole('link', { name: 'Changes' }).click();
      await page.getByText('canary in the third cluster').waitFor();
    },

    'while storage is away, the page says so by itself, and every query is answered': async () => {
      await page.goto(`/split/${SERVICE}`);
      load = await startSteadyLoad(server.dnsPort, SERVICE, LOAD_PER_SECOND);
      await stopPostgres(server.data);
      const banner = page.locator('[data-live=storage]');
      await banner.getByText('Storage is away').waitFor();
      assert.match(await banner.innerText(), /[\d,]+ rows? waiting, [\d,]+ dropped\. DNS answers go on from memory/);
      await page.getByText('The split is read from storage, which is away.').waitFor();
      await until('rows wait', async () => waiting(await banner.innerText()) > LOAD_PER_SECOND);
    },

    'when storage is back, the notice goes, and every answer has its row': async () => {
      await startPostgres(server.data);
      await page.getByText('Storage is away').waitFor({ state: 'detached', timeout: 30_000 });
      const { sent, completed, lost, interrupted, codes } = await load.stop();
      assert.equal(lost, 0);
      assert.equal(completed + interrupted, sent);
      assert.deepEqual(codes, { NOERROR: completed });
      await page.reload();
      const total = await stats(page);
      assert.equal(total.Answered, 9_100 + sent);
      assert.equal(total['Rows logged'] + total.Lost + total['Left out by throttles'], total.Answered);
      assert.match(await page.locator('.headline').innerText(), /PASS/);
    },
  });
});

/** Presses Save and asks for the service as soon as the response to it is there. */
async function saveAndAsk(page, server) {
  const saved = page.waitForResponse((response) => response.request().method() === 'POST');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  assert.equal((await saved).status(), 303);
  const begun = performance.now();
  const answer = await ask(server.dnsPort, SERVICE);
  const took = performance.now() - begun;
  await arrive(page, SERVICE);
  return { answer, took };
}

async function filter(page, text) {
  await page.getByLabel('Filter', { exact: true }).fill(text);
  await page.getByRole('button', { name: 'Filter' }).click();
}

/** The segments of the page, as it shows them. */
async function segments(page, count) {
  const cards = page.locator('.segment');
  await until(`${count} segments`, async () => (await cards.count()) === count);
  const read = async (card) => ({
    title: await card.getByRole('heading').innerText(),
    verdict: await card.locator('.verdict').innerText(),
    answers: await card.locator('tbody tr td:nth-of-type(3)').allInnerTexts(),
    text: await card.innerText(),
  });
  return Promise.all((await cards.all()).map(read));
}

/** The numbers above the segments, by their labels. */
async function stats(page) {
  const labels = await page.locator('.stat-label').allInnerTexts();
  const values = await page.locator('.stat-value').allInnerTexts();
  return Object.fromEntries(labels.map((label, i) => [label, Number(values[i].replaceAll(',', ''))]));
}

const waiting = (banner) => Number(banner.match(/([\d,]+) rows? waiting/)?.[1].replaceAll(',', ''));

async function expectShares(page, shares) {
  const shown = () => page.locator('[data-share-of]').allInnerTexts();
  await until(`shares ${shares}`, async () => JSON.stringify(await shown()) === JSON.stringify(shares));
}

async function expectText(page, selector, text) {
  await page.locator(selector).filter({ hasText: text }).waitFor();
}

/** Rows by the names of their columns. No cell of this traffic holds a comma. */
function csv(text) {
  const [head, ...lines] = text.trimEnd().split(/\r?\n/).map((line) => line.split(','));
  return lines.map((cells) => {
    assert.equal(cells.length, head.length);
    return Object.fromEntries(cells.map((cell, i) => [head[i], cell]));
  });
}
