// Monitors without a line of JavaScript: fields by type, a test on the spot, and what is remembered of health.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';

import { becomeAdmin } from './harness/access.mjs';
import { arrive, story } from './harness/browser.mjs';
import { SERVICE, createZone } from './harness/lab.mjs';
import { suite } from './harness/suite.mjs';
import { until } from './harness/until.mjs';

const here = suite({ flags: ['--health-allow', '127.0.0.0/8'] });

const save = (page) => page.getByRole('button', { name: 'Save', exact: true }).click();

test('a monitor shows the fields of its type, and is tried on the spot', async (t) => {
  let status = 200;
  const member = createServer((_, answer) => answer.writeHead(status).end('fine'));
  await new Promise((listening) => member.listen(0, '127.0.0.1', listening));
  t.after(() => member.close());
  const page = await here.open({ javaScriptEnabled: false });
  await story(t, page, {
    'choose a type and see its fields alone': async () => {
      await becomeAdmin(page, here.server);
      await createZone(page);
      await page.goto('/monitors/new');
      const shown = async (kind, label) => {
        await page.getByLabel('Kind').selectOption(kind);
        return page.getByLabel(label, { exact: true }).isVisible();
      };
      for (const [label, kinds] of [
        ['Request line', ['http', 'https']],
        ['Server name', ['https', 'tls', 'grpc']],
        ['Send', ['tcp', 'udp']],
        ['Name asked for', ['dns']],
        ['gRPC service', ['grpc']],
        ['File name', ['script']],
        ['Interval', ['http', 'https', 'tcp', 'tls', 'udp', 'dns', 'icmp', 'grpc', 'script']],
      ]) {
        for (const kind of ['http', 'https', 'tcp', 'tls', 'udp', 'dns', 'icmp', 'grpc', 'script']) {
          assert.equal(await shown(kind, label), kinds.includes(kind), `${label} of ${kind}`);
        }
      }
    },

    'save one that matches a body, and check a service by it': async () => {
      await page.getByLabel('Name', { exact: true }).fill('body');
      await page.getByLabel('Kind').selectOption('http');
      await page.getByLabel('Port', { exact: true }).fill(String(member.address().port));
      await page.getByLabel('Request line').fill('GET / HTTP/1.1');
      await page.getByLabel('Body holds').fill('fine');
      await page.getByLabel('Interval').fill('1s');
      await page.getByLabel('Timeout').fill('500ms');
      await page.getByLabel('Failed checks until down').fill('1');
      await save(page);
      await arrive(page, 'Monitors');
      await page.goto('/services/new');
      await page.getByLabel('Name', { exact: true }).fill(SERVICE);
      await page.getByLabel('Address of member 1').fill('127.0.0.1');
      await page.getByLabel('body', { exact: true }).check();
      await save(page);
      await arrive(page, SERVICE);
    },

    'test a member and read the transcript': async () => {
      await page.goto('/monitors/body');
      await page.getByRole('button', { name: 'Test now 127.0.0.1' }).click();
      await page.getByText('Passed: status 200').waitFor();
      const steps = await page.locator('#test tbody th').allInnerTexts();
      assert.deepEqual(steps, ['request', 'connect', 'connect', 'response', 'body']);
      status = 503;
      await page.getByRole('button', { name: 'Test now 127.0.0.1' }).click();
      await page.getByText('Failed: RESPONSE_CODE_MISMATCH. status 503').waitFor();
    },

    'see the change with its cause': async () => {
      // Whether the first check came before the member fell ill is chance.
      await until('the member is down', async () => {
        await page.goto(`/services/${SERVICE}`);
        return page.getByRole('row', { name: /127\.0\.0\.1 (up|unknown) down check body: status 503/ }).isVisible();
      });
      assert.match(await page.locator('svg.strip').first().getAttribute('aria-label'), /failed/);
    },
  });
});
