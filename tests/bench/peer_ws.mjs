// A peer: Node's ws, broadcasting frames of BYTES every INTERVAL ms as rawcast does. Prints its port.
//   node tests/bench/peer_ws.mjs BYTES INTERVAL-MS plain|deflate
import { createRequire } from 'node:module';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const { WebSocketServer } = createRequire(path.join(root, 'web/package.json'))('ws');
const [bytes, interval] = process.argv.slice(2).map(Number);
const perMessageDeflate = process.argv[4] === 'deflate' && { serverNoContextTakeover: true, clientNoContextTakeover: true, threshold: 0 };
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate, backlog: 4096 });
let version = 0;

/** A patch of a view of that length, with the time it was made. */
export function frameOf(size, number) {
  const head = `{"op":"view","view":"agents","ver":"n-${number}","at":${Date.now()},"base":"n-${number - 1}","patch":{"pad":"`;
  return head + 'abcdefghijklmnopqrstuvwxyz'.repeat(Math.ceil(size / 26)).slice(0, Math.max(0, size - head.length - 3)) + '"}}';
}

server.on('listening', () => console.log(server.address().port));
setInterval(() => {
  const text = Buffer.from(frameOf(bytes, ++version));
  for (const client of server.clients) if (client.bufferedAmount < 1 << 16) client.send(text, { binary: false });
}, interval);
