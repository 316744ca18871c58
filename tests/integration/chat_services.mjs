// Servers that stand for chat services, and configurations that name them. Each checks what its service documents (address,
// signature, body) before it takes a message, and answers as that service does.
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';

export const SECRET = 'SEC6f2c0d6a-very-secret';
export const KEY = '693a91f6-7b0c-4bc4-97a0-0ec2sifa5aaa';
const hmac = (key, text) => crypto.createHmac('sha256', key).update(text).digest('base64');
const fresh = ms => Math.abs(Date.now() - ms) < 3600_000;

// What each service checks; the text of a good message, or what is wrong.
export const services = {
  wecom: {
    path: `/cgi-bin/webhook/send?key=${KEY}`,
    good: [200, { errcode: 0, errmsg: 'ok' }],
    fast: [200, { errcode: 45009, errmsg: 'api freq out of limit' }],
    wrong: [200, { errcode: 93000, errmsg: `invalid webhook url ${KEY}` }],
    read({ url, body }) {
      if (url.searchParams.get('key') !== KEY) return { wrong: 'key' };
      if (body.msgtype === 'image') {
        const raw = Buffer.from(body.image.base64, 'base64');
        const md5 = crypto.createHash('md5').update(raw).digest('hex');
        return raw.length <= 2 << 20 && md5 === body.image.md5 ? { text: `image of ${raw.length} bytes` } : { wrong: 'image' };
      }
      const content = body.markdown?.content;
      return body.msgtype === 'markdown' && Buffer.byteLength(content) <= 4096 ? { text: content } : { wrong: 'markdown' };
    },
  },
  dingtalk: {
    path: `/robot/send?access_token=${KEY}`,
    good: [200, { errcode: 0, errmsg: 'ok' }],
    wrong: [200, { errcode: 310000, errmsg: 'sign not match' }],
    read({ url, body }) {
      const timestamp = url.searchParams.get('timestamp');
      if (url.searchParams.get('access_token') !== KEY || !/^\d{13}$/.test(timestamp) || !fresh(Number(timestamp))) return { wrong: 'time' };
      if (url.searchParams.get('sign') !== hmac(SECRET, `${timestamp}\n${SECRET}`)) return { wrong: 'sign' };
      return body.msgtype === 'markdown' && body.markdown.title ? { text: body.markdown.text } : { wrong: 'body' };
    },
  },
  feishu: {
    path: `/open-apis/bot/v2/hook/${KEY}`,
    good: [200, { StatusCode: 0, StatusMessage: 'success', code: 0, data: {}, msg: 'success' }],
    wrong: [200, { code: 19021, data: {}, msg: 'sign match fail or timestamp is not within one hour from current time' }],
    read({ body, bytes }) {
      if (!/^\d{10}$/.test(body.timestamp) || !fresh(Number(body.timestamp) * 1000) || bytes > 20480) return { wrong: 'time' };
      if (body.sign !== hmac(`${body.timestamp}\n${SECRET}`, '')) return { wrong: 'sign' };
      const post = body.content?.post?.zh_cn ?? body.content?.post?.en_us;
      if (body.msg_type !== 'post' || !Array.isArray(post?.content)) return { wrong: 'body' };
      return { text: [post.title, ...post.content.map(line => line.map(tag => tag.text).join(''))].join('\n') };
    },
  },
  slack: {
    path: `/services/T0/B0/${KEY}`,
    good: [200, 'ok'],
    wrong: [404, 'no_service'],
    read({ url, body }) {
      if (!url.pathname.endsWith(KEY) || typeof body.text !== 'string') return { wrong: 'body' };
      const texts = body.blocks.map(block => block.text.text);
      return body.blocks[0].type === 'header' && texts.every(text => text.length <= 3000) ? { text: texts.join('\n') } : { wrong: 'blocks' };
    },
  },
  teams: {
    path: `/workflows/${KEY}/triggers/manual/paths/invoke?sig=${KEY}`,
    good: [202, ''],
    wrong: [401, ''],
    read({ body, bytes, headers }) {
      const [card] = body.attachments;
      if (body.type !== 'message' || card.contentType !== 'application/vnd.microsoft.card.adaptive' || bytes > 28 << 10) return { wrong: 'body' };
      if (card.content.type !== 'AdaptiveCard' || !/charset=utf-8/i.test(headers['content-type'])) return { wrong: 'card' };
      return { text: card.content.body.map(block => block.text ?? block.facts.map(f => `${f.title} ${f.value}`).join('\n')).join('\n') };
    },
  },
  generic: {
    path: `/hook?token=${KEY}`,
    good: [204, ''],
    wrong: [403, ''],
    read({ body, raw, headers }) {
      const timestamp = headers['x-shiftwall-timestamp'];
      if (!fresh(Number(timestamp)) || headers['x-shiftwall-signature'] !== hmac(SECRET, `${timestamp}\n${raw}`)) return { wrong: 'sign' };
      return headers['idempotency-key'] === encodeURIComponent(body.id) ? { text: `${body.title}\n${body.text}` } : { wrong: 'id' };
    },
  },
};

// A server that stands for a service. `plan` is what it does with the next requests: good (also when it is empty), 500, 503,
// fast, wrong, hang, cut (takes it and breaks the connection), a whole [status, body, headers].
export async function startService(scene, kind, { tls, port = 0 } = {}) {
  const service = { kind, plan: [], taken: [], faults: [], requests: [], sockets: new Set() };
  const handle = (request, response) => {
    const chunks = [];
    request.on('data', chunk => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks).toString();
      service.requests.push({ at: Date.now(), url: request.url, raw });
      let read;
      try {
        const bytes = Buffer.byteLength(raw);
        read = services[kind].read({ url: new URL(request.url, 'http://x'), headers: request.headers, raw, bytes, body: JSON.parse(raw) });
      } catch (error) {
        read = { wrong: String(error) };
      }
      if (request.method !== 'POST' || !/^application\/json/.test(request.headers['content-type'])) read = { wrong: 'no JSON posted' };
      let todo = service.plan.shift() ?? 'good';
      if (read.wrong) {
        service.faults.push(read.wrong);
        todo = 'wrong';
      }
      if (todo === 'hang') return;
      if (todo === 'good' || todo === 'cut') service.taken.push(read.text);
      if (todo === 'cut') return void request.socket.destroy();
      const [status, body, headers = {}] = Array.isArray(todo) ? todo : services[kind][todo] ?? [Number(todo), 'oops'];
      response.writeHead(status, { 'content-type': typeof body === 'string' ? 'text/plain' : 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  };
  service.up = async () => {
    service.server = tls ? https.createServer(tls, handle) : http.createServer(handle);
    service.server.on('connection', socket => {
      service.sockets.add(socket);
      socket.on('close', () => service.sockets.delete(socket)).on('error', () => {});
    });
    await new Promise(done => service.server.listen(service.port ?? port, '127.0.0.1', done));
    service.port = service.server.address().port;
  };
  service.down = () => {
    for (const socket of service.sockets) socket.destroy();
    return new Promise(done => service.server.close(done));
  };
  await service.up();
  service.url = `${tls ? 'https' : 'http'}://127.0.0.1:${service.port}${services[kind].path}`;
  scene.onEnd(() => service.down());
  return service;
}

// A configuration of destinations: { id, kind, url, secret, ... }; MORE are further lines.
export function configure(scene, destinations, { mode = 0o600, more = '' } = {}) {
  const lines = destinations.map(({ id, kind, url, secret = SECRET, ...more }) => {
    const entry = { id, kind, url_file: path.join(scene.dir, `${id}.url`), ...more };
    fs.writeFileSync(entry.url_file, `${url}\n`, { mode });
    if (secret) {
      entry.secret_file = path.join(scene.dir, `${id}.secret`);
      fs.writeFileSync(entry.secret_file, `${secret}\n`, { mode });
    }
    return `  - ${JSON.stringify(entry)}\n`;
  });
  const file = path.join(scene.dir, 'notify.yaml');
  fs.writeFileSync(file, `site: {name: 北区}\nnotify:\n${lines.join('')}${more}`);
  return file;
}
