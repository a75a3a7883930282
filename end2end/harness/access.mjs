// Coming in.

import { arrive } from './browser.mjs';

export const ADMIN = { name: 'ana', password: 'a lever and two pans' };

/** The first sign-in of a new site, by the code it printed. */
export async function becomeAdmin(page, server) {
  await page.goto('/');
  await page.getByLabel('One-time code').fill(server.code);
  await page.getByLabel('Your name').fill(ADMIN.name);
  await page.getByLabel('New password').fill(ADMIN.password);
  await page.getByRole('button', { name: 'Start' }).click();
  await arrive(page, 'Overview');
}

/** Later sign-ins. */
export async function signIn(page) {
  await page.goto('/sign-in');
  await page.getByLabel('Name').fill(ADMIN.name);
  await page.getByLabel('Password').fill(ADMIN.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await arrive(page, 'Overview');
}
