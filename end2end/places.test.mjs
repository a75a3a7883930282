// Sites, locations and groups of clients, without a line of JavaScript: created, edited, drained, looked up, deleted.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { becomeAdmin } from './harness/access.mjs';
import { arrive, expectStatus, story } from './harness/browser.mjs';
import { ask } from './harness/dns.mjs';
import { MEMBERS, SERVICE, ZONE, apply } from './harness/lab.mjs';
import { suite } from './harness/suite.mjs';
import { until } from './harness/until.mjs';

const here = suite();

// The lab's places and members, whom nobody checks: what is answered goes by the places alone.
const at = (name, site, address, latitude, longitude) => ({ name, site, cidr: [`${address}/24`], latitude, longitude });
const LAB = {
  sites: [{ name: 'site1' }, { name: 'site2' }],
  locations: [
    at('s1az1', 'site1', '10.10.25.0', 40.42, -3.7),
    at('s1az2', 'site1', '10.10.26.0', 40.42, -3.7),
    at('s2', 'site2', '10.10.23.0', 41.39, 2.17),
  ],
  zones: [{ name: ZONE, name_servers: ['ns.example.net'] }],
  services: [
    {
      name: SERVICE,
      pools: [
        {
          name: 'p',
          members: ['s1az1', 's1az2', 's2'].map((location, i) => ({ address: MEMBERS[i], location })),
        },
      ],
    },
  ],
};

const save = (page) => page.getByRole('button', { name: 'Save', exact: true }).click();
const field = (page, label) => page.getByLabel(label, { exact: true });
/** What stands below a field as its error. */
const wrong = (page, name) => page.locator(`#${name}-error`).innerText();

test('places are managed by forms', async (t) => {
  const page = await here.open({ javaScriptEnabled: false });
  const { server } = here;
  const answers = async (count) => {
    const all = await Promise.all(Array.from({ length: count }, () => ask(server.dnsPort, SERVICE)));
    return new Set(all.map((answer) => answer.records[0].address));
  };
  await story(t, page, {
    'a site, with every mistake beside its field': async () => {
      await becomeAdmin(page, server);
      await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Sites' }).click();
      await arrive(page, 'No site yet');
      await page.getByRole('link', { name: 'Create a site' }).click();
      await arrive(page, 'New site');
      expectStatus(page, 422);
      await field(page, 'Name').fill('two words');
      await field(page, 'Responder').fill('192.0.2.53\nns1.example.org');
      await field(page, 'Weight of each').fill('1001');
      await save(page);
      await page.getByRole('alert').waitFor();
      assert.match(await wrong(page, 'name'), /"two words" is not allowed/);
      assert.match(await wrong(page, 'dns'), /"ns1\.example\.org": write an address/);
      assert.match(await wrong(page, 'weight'), /1001 is out of range/);
      assert.equal(await field(page, 'Responder').inputValue(), '192.0.2.53\nns1.example.org');
      expectStatus(page);
      await field(page, 'Name').fill('valencia');
      await field(page, 'Responder').fill('192.0.2.53\n[2001:db8::53]:5353');
      await field(page, 'Weight of each').fill('');
      await page.getByLabel('Reason').fill('a third data centre');
      await save(page);
      await arrive(page, 'valencia');
      assert.ok(await page.getByText('192.0.2.53:53, [2001:db8::53]:5353').isVisible());
      await page.getByText('No location belongs to it').waitFor();
    },

    'a location, whose coordinates come in pairs and whose site is of the list': async () => {
      await page.getByRole('link', { name: 'Create one' }).click();
      await arrive(page, 'New location');
      expectStatus(page, 422);
      await field(page, 'Name').fill('val-az1');
      await field(page, 'Site').selectOption('valencia');
      await field(page, 'Networks').fill('198.51.100.0/24 and more');
      await field(page, 'Latitude').fill('39,47');
      await save(page);
      await page.getByRole('alert').waitFor();
      assert.match(await wrong(page, 'cidr'), /"and": write a network/);
      assert.match(await wrong(page, 'latitude'), /"39,47": give degrees/);
      await field(page, 'Networks').fill('198.51.100.0/24');
      await field(page, 'Latitude').fill('39.47');
      await save(page);
      assert.match(await wrong(page, 'longitude'), /or neither/);
      expectStatus(page);
      await field(page, 'Longitude').fill('-0.38');
      await save(page);
      await arrive(page, 'val-az1');
      assert.ok(await page.getByText('39.47 N, 0.38 W').isVisible());
    },

    'a site that others name keeps its name, and is not deleted': async () => {
      await page.goto('/sites/valencia/edit');
      expectStatus(page, 422);
      await field(page, 'Name').fill('vlc');
      await save(page);
      assert.match(await wrong(page, 'name'), /valencia is named by the location val-az1: let them name another first/);
      await page.goto('/sites/valencia');
      await page.getByRole('link', { name: 'Delete this site' }).click();
      await page.getByText('It is named by the location val-az1.').waitFor();
      await page.getByRole('button', { name: 'Delete the site' }).click();
      await page.getByRole('alert').getByText('valencia is named by the location val-az1').waitFor();
      expectStatus(page);
    },

    'once nothing names it, it has another name and goes': async () => {
      await page.goto('/locations/val-az1/delete');
      await page.getByRole('button', { name: 'Delete the location' }).click();
      await arrive(page, 'Locations');
      await page.goto('/sites/valencia/edit');
      await field(page, 'Name').fill('vlc');
      await save(page);
      await arrive(page, 'vlc');
      await page.getByRole('link', { name: 'Delete this site' }).click();
      await page.getByRole('button', { name: 'Delete the site' }).click();
      await arrive(page, 'No site yet');
    },

    'a site that drains takes its members out of the answers': async () => {
      await apply(server, LAB);
      await page.goto('/sites');
      const row = page.getByRole('row', { name: /^site1/ });
      assert.match(await row.innerText(), /s1az1, s1az2/);
      assert.match(await row.innerText(), /2 members/);
      await row.getByRole('link', { name: 'site1' }).click();
      await arrive(page, 'site1');
      assert.equal(await page.getByRole('region', { name: 'Members' }).getByRole('row', { name: SERVICE }).count(), 2);
      assert.deepEqual(await answers(20), new Set(MEMBERS));
      await page.getByRole('link', { name: 'Edit' }).click();
      await page.getByLabel(/^Draining/).check();
      await save(page);
      await arrive(page, 'site1');
      assert.deepEqual(await answers(20), new Set([MEMBERS[2]]));
      await page.goto('/locations/s1az1');
      await page.getByText('The site site1 drains, and its members with it.').waitFor();
    },

    'a member by name is one, with both its addresses': async () => {
      const twin = `twin.${ZONE}`;
      const pools = [{ name: 'p', members: [{ fqdn: 'localhost', location: 's2' }] }];
      await apply(server, { services: [{ name: twin, pools }] });
      const row = page.getByRole('row', { name: /^127\.0\.0\.1, ::1 \(localhost\)/ });
      await until('both addresses', async () => {
        await page.goto(`/services/${twin}`);
        return row.isVisible();
      });
      assert.match(await row.innerText(), /\t100\.0 %\t/);
      assert.equal(await page.getByRole('region', { name: 'Members of pool p' }).getByRole('row').count(), 2);
      await page.goto('/locations/s2');
      await page.getByRole('row', { name: 'localhost (127.0.0.1, ::1)' }).waitFor();
      await page.goto('/services');
      assert.match(await page.getByRole('row', { name: twin }).innerText(), /not monitored, 1 member\t/);
    },

    'the weight of a location comes before that of its members': async () => {
      await page.goto('/sites/site1/edit');
      await page.getByLabel(/^Draining/).uncheck();
      await save(page);
      await page.goto('/locations/s1az1/edit');
      await field(page, 'Weight of each').fill('0');
      await save(page);
      await arrive(page, 's1az1');
      assert.match(await page.getByRole('row', { name: SERVICE }).innerText(), /\t0\t/);
      assert.deepEqual(await answers(20), new Set(MEMBERS.slice(1)));
    },

    'a group of clients, and who is in it': async () => {
      await page.goto('/client-groups');
      await page.getByText('No group yet').waitFor();
      await page.getByRole('link', { name: 'Create a group' }).click();
      expectStatus(page, 422);
      await field(page, 'Name').fill('inside');
      await save(page);
      assert.match(await wrong(page, 'cidr'), /at least one network/);
      expectStatus(page);
      await field(page, 'Networks').fill('10.0.0.0/8\n2001:db8::/32');
      await save(page);
      await arrive(page, 'Client groups');
      assert.match(await page.getByRole('row', { name: /^inside/ }).innerText(), /private addresses/);
      const look = async (client) => {
        await field(page, 'Address or network').fill(client);
        await page.getByRole('button', { name: 'Look it up' }).click();
        await page.waitForURL(`**/client-groups?client=${encodeURIComponent(client)}*`);
        return page.locator('#finder').innerText();
      };
      const inside = await look('10.10.23.7');
      assert.match(inside, /inside: answered private addresses/);
      assert.match(inside, /in a network of s2, 41\.39 N, 2\.17 E/);
      assert.match(inside, /s2 \(0 km\), s1az1 \(50\d km\), s1az2 \(50\d km\)/);
      assert.match(await look('192.0.2.1'), /none: answered public addresses where members have them/);
      assert.match(await look('<b>here</b>'), /"<b>here<\/b>": write an address such as/);
    },

    'a group has another name, and goes': async () => {
      await page.goto('/client-groups/inside/edit');
      await field(page, 'Name').fill('offices');
      await field(page, 'Answered').selectOption('public');
      await save(page);
      await arrive(page, 'Client groups');
      await page.getByRole('link', { name: 'offices' }).click();
      await page.getByRole('link', { name: 'Delete this group' }).click();
      await page.getByRole('button', { name: 'Delete the group' }).click();
      await page.getByText('No group yet').waitFor();
    },
  });
});
