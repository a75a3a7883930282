// The server's private PostgreSQL, stopped and started behind its back, as an administrator would.

import { spawn } from 'node:child_process';
import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { until } from './until.mjs';

const folder = (data) => join(data, 'postgres');

/** Process id of the running postmaster, if any. */
export async function postmaster(data) {
  const text = await readFile(join(folder(data), 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number(text.split('\n')[0]);
  return pid > 0 && isAlive(pid) ? pid : null;
}

/** A fast shutdown: it takes the pid file away, by which the server knows that it was meant. */
export async function stopPostgres(data) {
  const pid = await postmaster(data);
  if (!pid) throw new Error('PostgreSQL does not run');
  process.kill(pid, 'SIGINT');
  // The file goes last. The process itself stays as a zombie until its parent, the server, asks for it.
  await until('PostgreSQL stops', async () => !(await postmaster(data)), 30_000);
}

/** Starts it again, as the owner of its files, with the options of its last start, which it keeps itself. */
export async function startPostgres(data) {
  const text = await readFile(join(folder(data), 'postmaster.opts'), 'utf8');
  const program = text.slice(0, text.indexOf(' "'));
  const options = [...text.matchAll(/"([^"]*)"/g)].map((match) => match[1]);
  const { uid, gid } = await stat(folder(data));
  const log = await open(join(data, 'postgres.log'), 'a');
  const account = process.getuid() === 0 ? { uid, gid } : {};
  const child = spawn(program, options, { cwd: '/', detached: true, stdio: ['ignore', log.fd, log.fd], ...account });
  child.unref();
  await log.close();
  await until('PostgreSQL starts', async () => (await postmaster(data)) === child.pid);
}

/** Stops what outlived its server; true when there was something. */
export async function stopLeftOver(data) {
  if (!(await postmaster(data))) return false;
  await stopPostgres(data);
  return true;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
