// A server that plays byte streams, for tests of adapters that speak with telephone switches: it listens on a free loopback
// port (TLS if wanted), hands each connection to a conversation, and sends what that says as it is told to: in small pieces,
// in one burst, cut off in the middle, by FIN or RST. What AMI or ESL is stands beside their tests.
import net from 'node:net';
import tls from 'node:tls';

class Line {
  constructor(socket, defaults) {
    Object.assign(this, { socket, ...defaults, got: '', closed: false, drained: undefined });
    this.queue = Promise.resolve();
    socket.setNoDelay(true);
    const over = () => {
      this.closed = true;
      this.drained?.();
    };
    socket.on('error', () => {}).on('close', over).on('drain', () => this.drained?.());
  }
  /** Sends TEXT (a string or bytes) behind what was said before: in pieces of `pieces` bytes with `pause` ms between them. */
  say(text, { pieces = this.pieces, pause = this.pause } = {}) {
    const bytes = Buffer.isBuffer(text) ? text : Buffer.from(text);
    this.queue = this.queue.then(async () => {
      const step = pieces || bytes.length || 1;
      for (let at = 0; at < bytes.length && !this.closed; at += step) {
        if (!this.socket.write(bytes.subarray(at, at + step))) await new Promise(done => (this.drained = done));
        if (pieces && pause !== undefined) await new Promise(done => setTimeout(done, pause));
      }
    });
    return this.queue;
  }
  /** Ends the connection after what was said: 'fin', or 'rst'. */
  hangUp(how = 'fin') {
    this.queue = this.queue.then(() => (how === 'rst' ? this.socket.resetAndDestroy() : this.socket.end()));
    return this.queue;
  }
}

/**
 * Starts it. `converse(line, number)` is called for each connection, and returns what takes its lines: `heard(line, text)` for
 * each that ends in `ending` (without it), or nothing. The defaults of pieces and pause are of all connections, and may be
 * changed at any time; `refuse` closes new ones at once.
 */
export async function startSwitch(scene, converse, { ending = '\n\n', pieces = 0, pause, options } = {}) {
  const player = { lines: [], connections: 0, pieces, pause, refuse: false };
  const take = socket => {
    if (player.refuse) return socket.destroy();
    const line = new Line(socket, { pieces: player.pieces, pause: player.pause });
    player.lines.push(line);
    const heard = converse(line, ++player.connections);
    socket.on('data', data => {
      line.got += data;
      for (let end; (end = line.got.indexOf(ending)) >= 0; ) {
        const text = line.got.slice(0, end);
        line.got = line.got.slice(end + ending.length);
        heard?.(text);
      }
      if (!heard && line.got.length > 1 << 20) line.got = '';
    });
    socket.on('close', () => player.lines.splice(player.lines.indexOf(line), 1));
  };
  const listen = async port => {
    player.server = options ? tls.createServer(options, take) : net.createServer(take);
    player.server.on('tlsClientError', () => {});
    player.server.listen(port, '127.0.0.1');
    await new Promise((done, failed) => player.server.once('listening', done).once('error', failed));
    player.port = player.server.address().port;
    player.where = `127.0.0.1:${player.port}`;
  };
  await listen(0);
  /** The connection at hand. */
  Object.defineProperty(player, 'line', { get: () => player.lines.at(-1) });
  /** Stops listening, and cuts all connections ('rst') or ends them ('fin'). */
  player.stop = async (how = 'rst') => {
    const closed = new Promise(done => player.server.close(done));
    for (const line of [...player.lines]) how === 'rst' ? line.socket.resetAndDestroy() : line.socket.end();
    await closed;
  };
  /** The same port again. */
  player.start = () => listen(player.port);
  scene.onEnd(async () => {
    for (const line of [...player.lines]) line.socket.destroy();
    player.server.close();
  });
  return player;
}
