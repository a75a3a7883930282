// One question over UDP, written and read by hand: nothing between the test and the server caches or repeats it.

import { createSocket } from 'node:dgram';

import { within } from './until.mjs';

const TYPES = { A: 1, TXT: 16 };
const IN = 1;
const RCODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];

/** Asks 127.0.0.1:`port` and gives the code, the A records as { address, ttl }, and the time it took in ms. */
export async function ask(port, name, type = 'A') {
  const socket = createSocket('udp4');
  try {
    const answer = new Promise((done, fail) => socket.once('message', done).once('error', fail));
    const begun = performance.now();
    socket.send(question(name, TYPES[type]), port, '127.0.0.1');
    const message = await within(`an answer for ${name}`, 5_000, answer);
    return { ...read(message), took: performance.now() - begun };
  } finally {
    socket.close();
  }
}

function question(name, type) {
  const labels = name.split('.').flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)]);
  const head = Buffer.alloc(12);
  head.writeUInt16BE(Math.floor(Math.random() * 0x10000), 0);
  head.writeUInt16BE(1, 4);
  const tail = Buffer.alloc(5);
  tail.writeUInt16BE(type, 1);
  tail.writeUInt16BE(IN, 3);
  return Buffer.concat([head, ...labels, tail]);
}

function read(message) {
  const records = [];
  let at = skipName(message, 12) + 4;
  for (let left = message.readUInt16BE(6); left > 0; left--) {
    at = skipName(message, at);
    const [type, ttl, length] = [message.readUInt16BE(at), message.readUInt32BE(at + 4), message.readUInt16BE(at + 8)];
    at += 10;
    if (type === TYPES.A) records.push({ address: [...message.subarray(at, at + 4)].join('.'), ttl });
    at += length;
  }
  return { rcode: RCODES[message[3] & 0xf], records };
}

function skipName(message, at) {
  while (message[at] !== 0) {
    if (message[at] >= 0xc0) return at + 2;
    at += message[at] + 1;
  }
  return at + 1;
}
