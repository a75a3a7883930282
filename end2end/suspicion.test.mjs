// A site that hears no member any more says so on its overview, and an operator who knows better ends it there.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';

import { becomeAdmin } from './harness/access.mjs';
import { arrive, story } from './harness/browser.mjs';
import { SERVICE, ZONE, apply } from './harness/lab.mjs';
import { suite } from './harness/suite.mjs';
import { until } from './harness/until.mjs';

const here = suite({ flags: ['--health-allow', '127.0.0.0/8'] });

test('a site that suspects itself is told better on its overview', async (t) => {
  let deaf = false;
  const waiting = [];
  const members = createServer((_, answer) => (deaf ? waiting.push(answer) : answer.end('fine')));
  await new Promise((listening) => members.listen(0, '0.0.0.0', listening));
  t.after(() => {
    members.close();
    members.closeAllConnections();
  });
  const page = await here.open({ javaScriptEnabled: false });
  const shows = (text) => async () => {
    await page.goto('/');
    return page.getByText(text).isVisible();
  };
  const suspects = page.getByText('This site suspects itself.');
  await story(t, page, {
    'three members are heard': async () => {
      await becomeAdmin(page, here.server);
      await apply(here.server, {
        zones: [{ name: ZONE, name_servers: ['ns.example.net'] }],
        monitors: [
          {
            name: 'quick',
            type: 'http',
            port: members.address().port,
            interval: '1s',
            timeout: '500ms',
            failures: 2,
            successes: 1,
          },
        ],
        services: [
          {
            name: SERVICE,
            monitors: ['quick'],
            pools: [{ name: 'p', members: [1, 2, 3].map((i) => ({ address: `127.0.0.${i}` })) }],
          },
        ],
      });
      await until('all are up', shows('3 of 3 up'));
      assert.equal(await suspects.count(), 0);
    },

    'all fall silent, and stay what they were': async () => {
      deaf = true;
      await until('the suspicion', shows('This site suspects itself.'));
      assert.ok(await page.getByText('3 of 3 up').isVisible());
    },

    'it is believed, and they are down': async () => {
      await page.getByRole('button', { name: 'Take the members for down now' }).click();
      await arrive(page, 'Overview');
      await until('all are down', shows('0 of 3 up'));
      assert.equal(await suspects.count(), 0);
    },
  });
});
