// Every page of the console, before and after there is something to show.

import { SERVICE, ZONE, applyLab } from './lab.mjs';
import { sendQueries } from './traffic.mjs';

/** Pages that exist on a site without any configuration. */
export const EMPTY = [
  '/',
  '/services',
  '/zones',
  '/zones/new',
  '/monitors',
  '/monitors/new',
  '/split',
  '/logs',
  '/changes',
  '/account',
];

/** Pages of a site that serves the lab. */
export const FILLED = [
  '/',
  '/services',
  '/services/new',
  `/services/${SERVICE}`,
  `/services/${SERVICE}/edit`,
  `/services/${SERVICE}/delete`,
  '/zones',
  `/zones/${ZONE}`,
  `/zones/${ZONE}/edit`,
  `/zones/${ZONE}/delete`,
  '/monitors',
  '/monitors/http-hello',
  '/monitors/http-hello/edit',
  '/monitors/http-hello/delete',
  '/split',
  `/split/${SERVICE}`,
  '/logs',
  '/changes',
  '/changes/1',
];

/** The lab, with answers of more than one kind. */
export async function fill(server) {
  await applyLab(server);
  await sendQueries(server.dnsPort, SERVICE, 40);
  await sendQueries(server.dnsPort, `missing.${ZONE}`, 8);
}
