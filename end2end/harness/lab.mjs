// The lab of the articles, typed into the forms as a newcomer would, or applied from its file.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { arrive } from './browser.mjs';

const FILE = fileURLToPath(new URL('../../examples/lab.yaml', import.meta.url));

export const ZONE = 'avi.iberia.local';
export const SERVICE = `hello.${ZONE}`;
export const MEMBERS = ['10.10.25.46', '10.10.26.40', '10.10.23.40'];

const save = (page) => page.getByRole('button', { name: 'Save', exact: true }).click();

/** Creates the zone, with one static record. */
export async function createZone(page) {
  await page.goto('/zones/new');
  await page.getByLabel('Name', { exact: true }).fill(ZONE);
  await page.getByLabel('Static records').fill('www 60 A 192.0.2.80');
  await save(page);
  await arrive(page, ZONE);
}

/** Fills a new service's form; saving it is left to the test. */
export async function fillService(page, weights) {
  await page.goto('/services/new');
  await page.getByLabel('Name', { exact: true }).fill(SERVICE);
  await page.getByLabel('TTL', { exact: true }).fill('2');
  for (const [i, address] of MEMBERS.entries()) {
    await page.getByLabel(`Address of member ${i + 1}`).fill(address);
  }
  await fillWeights(page, weights);
}

/** Types the weights, member by member. */
export async function fillWeights(page, weights) {
  for (const [i, weight] of weights.entries()) {
    await page.getByLabel(`Weight of member ${i + 1}`).fill(String(weight));
  }
}

/** Saves the form and waits for the service's page. */
export async function saveService(page) {
  await save(page);
  await arrive(page, SERVICE);
}

/** The whole of it at once: sites, locations, a monitor, the zone and the service. Its members are nowhere here. */
export function applyLab(server) {
  return server.command('apply', '-f', FILE);
}

/** A channel and a rule. A datagram of it goes to a port of this machine's, where it is refused. */
export function applyAlerts(server) {
  return apply(server, {
    channels: [{ name: 'collector', via: { syslog: { address: '127.0.0.1:9' } } }],
    alert_rules: [{ name: 'service-down', events: ['GS_DOWN', 'CONFIG_CHANGED'], channels: ['collector'] }],
  });
}

/** A group of clients. */
export function applyGroups(server) {
  return apply(server, { client_groups: [{ name: 'inside', cidr: ['10.0.0.0/8'], addresses: 'private' }] });
}

/** Adds objects to the configuration. */
export async function apply(server, objects) {
  const file = join(server.data, 'objects.yaml');
  await writeFile(file, JSON.stringify(objects));
  await server.command('apply', '-f', file);
}
