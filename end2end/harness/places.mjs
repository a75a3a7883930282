// Every page of the console, before and after there is something to show.

import { SERVICE, ZONE, applyAlerts, applyLab } from './lab.mjs';
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
  '/events',
  '/alerts',
  '/alerts/rules/new',
  '/alerts/channels/new',
  '/alerts/deliveries',
  '/changes',
  '/overrides',
  '/secrets',
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
  '/events',
  '/alerts',
  '/alerts/rules/service-down/edit',
  '/alerts/rules/service-down/delete',
  '/alerts/channels/collector/edit',
  '/alerts/channels/collector/delete',
  '/alerts/deliveries',
  '/changes',
  '/changes/1',
];

/** The lab, with answers of more than one kind. */
export async function fill(server) {
  await applyLab(server);
  await applyAlerts(server);
  await sendQueries(server.dnsPort, SERVICE, 40);
  await sendQueries(server.dnsPort, `missing.${ZONE}`, 8);
}
