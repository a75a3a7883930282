// The Split page: what it shows beside the verdict, and its charts as files.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { becomeAdmin } from './harness/access.mjs';
import { expectStatus, story } from './harness/browser.mjs';
import { MEMBERS, SERVICE, ZONE } from './harness/lab.mjs';
import { suite } from './harness/suite.mjs';
import { sendQueries } from './harness/traffic.mjs';

const here = suite();
const HASHED = `sticky.${ZONE}`;
const FIGURES = ['members-1', 'ring-1', 'answers', 'shares', 'sites', 'networks', 'transports', 'clients', 'concentration'];

test('the split is shown over time and by who asked, and every chart is a file', async (t) => {
  const page = await here.open();
  const { server } = here;
  await story(t, page, {
    'nine of ten answers go to one of two clients, and the page says so': async () => {
      await becomeAdmin(page, server);
      await applyServices(server);
      await sendQueries(server.dnsPort, SERVICE, 1_000);
      await sendQueries(server.dnsPort, SERVICE, 100, '127.0.0.7');
      await page.goto(`/split/${SERVICE}`);
      await page.getByText('80 % of the answers went to 1 of 2 clients.').waitFor();
      const stats = await page.locator('.stat').filter({ hasText: 'Largest client' }).innerText();
      assert.match(stats, /9\d\.\d %/);
      const networks = page.locator('.card').filter({ has: page.getByRole('heading', { name: 'By client network' }) });
      assert.match(await networks.innerText(), /127\.0\.0\.0\/24/);
    },

    'each chart is there as SVG that reads as XML, and as CSV with a head': async () => {
      for (const figure of FIGURES) {
        const svg = await fetched(page, `/split/${SERVICE}/chart/${figure}.svg`);
        assert.equal(svg.type, 'image/svg+xml', figure);
        assert.equal(svg.root, 'svg', `${figure}: ${svg.text.slice(0, 300)}`);
        assert.ok(svg.text.includes(SERVICE) && !/class=|var\(/.test(svg.text), `${figure} stands alone`);
        const csv = await fetched(page, `/split/${SERVICE}/chart/${figure}.csv`);
        assert.equal(csv.type, 'text/csv; charset=utf-8', figure);
        assert.ok(csv.text.split('\r\n').length > 2, `${figure}: ${csv.text}`);
      }
      const members = await fetched(page, `/split/${SERVICE}/chart/members-1.csv`);
      assert.match(members.text, new RegExp(`^member,site,weight,answers,.*\r\n${MEMBERS[0]},`));
      expectStatus(page, 404);
      for (const file of ['nothing.svg', 'answers.pdf', 'members-9.csv', 'answers']) {
        assert.equal((await fetched(page, `/split/${SERVICE}/chart/${file}`)).status, 404, file);
      }
      expectStatus(page);
    },

    'a link on the page gives the file': async () => {
      await page.goto(`/split/${SERVICE}`);
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: 'SVG of Answers by client network' }).click();
      assert.equal((await download).suggestedFilename(), `${SERVICE}-networks.svg`);
    },

    'an exported log given to the page has the same verdict': async () => {
      await page.goto(`/split/${SERVICE}`);
      const file = join(server.data, 'log.csv');
      await server.command('logs', 'export', '--filter', `service = ${SERVICE}`, '-o', file);
      await page.getByLabel('Any CSV with a column of answers').setInputFiles(file);
      await page.getByRole('button', { name: 'Judge', exact: true }).click();
      await page.getByRole('heading', { name: 'Judge an exported log' }).waitFor();
      assert.match(await page.locator('.headline').innerText(), /PASS/);
      assert.match(await page.locator('.stats').first().innerText(), /1,100/);
      const rows = await page.locator('.segment tbody tr').allInnerTexts();
      const answers = MEMBERS.map((member) => rows.find((row) => row.includes(member))?.match(/\b(660|330|110)\b/)?.[0]);
      assert.deepEqual(answers, ['660', '330', '110']);
    },

    'a hashed split counts networks, and says how many more it needs': async () => {
      await sendQueries(server.dnsPort, HASHED, 200);
      await page.goto(`/split/${HASHED}`);
      const segment = page.locator('.segment');
      await segment.getByText('There was 1 network of clients, each with one member').waitFor();
      assert.match(await segment.innerText(), /judged by client networks, each a draw by the slots of the hash/);
      assert.match(await page.locator('.headline').innerText(), /INSUFFICIENT[\s\S]*\d+ networks more needed/);
      const heads = await segment.locator('thead th').allInnerTexts();
      assert.deepEqual(heads.slice(3, 5), ['Answers', 'Networks']);
    },
  });
});

/** One service by weight and one by a hash of the client's network; nobody checks their members. */
async function applyServices(server) {
  const weighted = MEMBERS.map((address, i) => ({ address, weight: [6, 3, 1][i] }));
  const even = MEMBERS.map((address) => ({ address }));
  const config = {
    zones: [{ name: ZONE, name_servers: [`ns.${ZONE}`] }],
    services: [
      { name: SERVICE, pools: [{ name: 'all', members: weighted }] },
      { name: HASHED, pools: [{ name: 'all', algorithm: 'consistent_hash', members: even }] },
    ],
  };
  const file = join(server.data, 'services.yaml');
  await writeFile(file, JSON.stringify(config));
  await server.command('apply', '-f', file);
}

/** What the signed-in page gets from an address; the root's name when it reads as XML. */
async function fetched(page, path) {
  return page.evaluate(async (path) => {
    const response = await fetch(path);
    const text = await response.text();
    const type = response.headers.get('content-type');
    if (type !== 'image/svg+xml') return { status: response.status, type, text };
    const root = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
    const failed = root.querySelector('parsererror');
    return { status: response.status, type, text, root: failed ? 'parsererror' : root.nodeName };
  }, path);
}
