// The server under test: a real binary with a data directory of its own, on ports the kernel chose.

import { execFile, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { stopLeftOver } from './postgres.mjs';
import { within } from './until.mjs';

const BINARY = process.env.STEELYARD_BIN ?? fileURLToPath(new URL('../../target/debug/steelyard', import.meta.url));
// A new cluster is made and migrated before the line comes.
const READY_MS = 90_000;
const STOPPED_MS = 30_000;

// Those still running when this process ends early. SIGTERM is enough: the server stops its database by itself.
const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGTERM')));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/** Starts a server and waits until it says that it listens. */
export async function startServer({ http = '127.0.0.1:0', dns = '127.0.0.1:0', flags = [] } = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'steelyard-e2e-'));
  // Started by root, the private PostgreSQL runs as another user, who has to pass through.
  await chmod(dir, 0o755);
  const data = join(dir, 'data');
  const child = spawn(BINARY, ['serve', '--data-dir', data, '--http', http, '--dns', dns, '--json-ready', ...flags], {
    env: plainEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const server = new Server(child, dir, data);
  try {
    await within('the server is ready', READY_MS, server.ready);
  } catch (error) {
    await server.stop().catch(() => {});
    throw new Error(`${error.message}\n${server.log}`);
  }
  return server;
}

/** The environment without settings meant for somebody's own server. */
function plainEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('STEELYARD_')));
}

class Server {
  #child;
  #dir;
  #exited;

  constructor(child, dir, data) {
    this.#child = child;
    this.#dir = dir;
    this.data = data;
    this.log = '';
    running.add(child);
    child.stderr.setEncoding('utf8').on('data', (text) => (this.log += text));
    this.#exited = new Promise((done) => {
      child.once('error', (error) => done(`cannot be started: ${error.message}`));
      child.once('exit', (code, signal) => done(signal ?? code));
    });
    const line = new Promise((done) => createInterface({ input: child.stdout }).once('line', done));
    const early = this.#exited.then((how) => Promise.reject(new Error(`the server ended early (${how})`)));
    // Nobody waits for it once the server is ready.
    early.catch(() => {});
    this.ready = Promise.race([line, early]).then((text) => this.#announced(JSON.parse(text)));
  }

  #announced({ http, dns, code }) {
    this.url = http;
    this.code = code;
    this.dnsPort = Number(dns[0].split(':').at(-1));
  }

  /** Runs another command of the binary against this server, as the owner of its data directory. */
  async command(...words) {
    const options = { env: plainEnvironment() };
    const { stdout } = await promisify(execFile)(BINARY, [...words, '--data-dir', this.data], options);
    return stdout;
  }

  /** Stops server and database, and takes the directory away. */
  async stop() {
    this.#child.kill('SIGTERM');
    const how = await within('the server stops', STOPPED_MS, this.#exited).catch((error) => {
      this.#child.kill('SIGKILL');
      return error.message;
    });
    running.delete(this.#child);
    const left = await stopLeftOver(this.data);
    await rm(this.#dir, { recursive: true, force: true });
    if (how !== 0) throw new Error(`the server ended with ${how}\n${this.log}`);
    if (left) throw new Error('the server left its PostgreSQL running');
  }
}
