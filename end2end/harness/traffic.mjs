// Queries in numbers: dnsperf, and what it says about them.

import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { within } from './until.mjs';

const LONGEST_MS = 120_000;

/** Sends exactly `count` queries for `name` from four clients at the address `from`, and waits for the answers. */
export async function sendQueries(port, name, count, from = '127.0.0.1') {
  const load = await startLoad(port, name, ['-a', from, '-n', String(count)]);
  return load.ended;
}

/** Starts a load from four clients at the address `from`: `perSecond` queries for `name`, until `stop` is called. */
export async function startSteadyLoad(port, name, perSecond, from = '127.0.0.1') {
  return startLoad(port, name, ['-a', from, '-Q', String(perSecond), '-l', String(LONGEST_MS / 1000)]);
}

async function startLoad(port, name, how) {
  const dir = await mkdtemp(join(tmpdir(), 'steelyard-e2e-queries-'));
  const file = join(dir, 'queries');
  await writeFile(file, `${name} A\n`);
  const child = spawn('dnsperf', ['-s', '127.0.0.1', '-p', String(port), '-d', file, '-c', '4', ...how]);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => (text += part));
  const ended = new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', () => done(report(text)));
  });
  const cleanUp = async () => {
    child.kill('SIGKILL');
    await rm(dir, { recursive: true, force: true });
  };
  const load = { ended: within('dnsperf ends', LONGEST_MS + 10_000, ended).finally(cleanUp) };
  // dnsperf closes its books on SIGINT.
  load.stop = () => {
    child.kill('SIGINT');
    return load.ended;
  };
  return load;
}

/** `Queries sent: 5000` and the like, and `Response codes: NOERROR 5000 (100.00%)`. */
function report(text) {
  const number = (label) => {
    const found = text.match(new RegExp(`${label}:\\s+(\\d+)`));
    if (!found) throw new Error(`dnsperf did not say "${label}":\n${text}`);
    return Number(found[1]);
  };
  const codes = text.match(/Response codes:\s+(.*)/)?.[1] ?? '';
  return {
    sent: number('Queries sent'),
    completed: number('Queries completed'),
    lost: number('Queries lost'),
    // Under way when the load was stopped; not said when there was none.
    interrupted: Number(text.match(/Queries interrupted:\s+(\d+)/)?.[1] ?? 0),
    codes: Object.fromEntries([...codes.matchAll(/([A-Z]+) (\d+)/g)].map(([, code, n]) => [code, Number(n)])),
  };
}
