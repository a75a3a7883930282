// Every page of the console, before and after there is something to show.

import { SERVICE, ZONE, applyAlerts, applyGroups, applyLab } from './lab.mjs';
import { sendQueries } from './traffic.mjs';

/** Pages that exist on a site without any configuration. */
export const EMPTY = [
  '/',
  '/services',
  '/zones',
  '/zones/new',
  '/sites',
  '/sites/new',
  '/locations',
  '/locations/new',
  '/client-groups',
  '/client-groups/new',
  '/monitors',
  '/monitors/new',
  '/split',
  '/split/import',
  '/logs',
  '/logs/exports',
  '/logs/policy',
  '/logs/tail',
  '/logs/views',
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
  `/services/${SERVICE}/ramp/new`,
  `/services/${SERVICE}/delete`,
  '/zones',
  `/zones/${ZONE}`,
  `/zones/${ZONE}/edit`,
  `/zones/${ZONE}/delete`,
  '/sites',
  '/sites/site1',
  '/sites/site1/edit',
  '/sites/site1/delete',
  '/locations',
  '/locations?client=10.10.25.7',
  '/locations/s2',
  '/locations/s2/edit',
  '/locations/s2/delete',
  '/client-groups',
  '/client-groups?client=nowhere',
  '/client-groups/inside/edit',
  '/client-groups/inside/delete',
  '/monitors',
  '/monitors/http-hello',
  '/monitors/http-hello/edit',
  '/monitors/http-hello/delete',
  '/split',
  `/split/${SERVICE}`,
  '/split/import',
  '/logs',
  '/logs/exports',
  '/logs/policy',
  '/logs?since=1h&group=client_ip&by=member&columns=client_ip,fqdn,service,pool,member,class,stands_for,generation,ecs',
  '/logs/tail?filter=rcode%20%3D%20NXDOMAIN',
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
  await applyGroups(server);
  await sendQueries(server.dnsPort, SERVICE, 40);
  await sendQueries(server.dnsPort, `missing.${ZONE}`, 8);
}
