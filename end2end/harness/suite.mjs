// What every test file needs: one server, one browser, both gone at the end.

import { after, before } from 'node:test';

import { openPage, startBrowser } from './browser.mjs';
import { startServer } from './server.mjs';

/** Starts both before the tests of this file; gives them, once started, and `open` for a page. `options` are those of the server. */
export function suite(options) {
  const here = { open: (options) => openPage(here.browser, here.server, options) };
  before(async () => {
    here.server = await startServer(options);
    here.browser = await startBrowser();
  });
  after(async () => {
    await here.browser?.close();
    await here.server?.stop();
  });
  return here;
}
