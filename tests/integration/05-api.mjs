// HTTP: every path of the OpenAPI document answers as it says, with the safety headers, ETags and clear errors.
import nodePath from 'node:path';
import { assert, call, equal, startDaemon, startRedis, state, until } from './lib.mjs';

// A small checker of the part of JSON Schema that the document uses. Returns what is wrong, or "".
function fault(schema, value, all, at = '$') {
  if (schema.$ref) return fault(all[schema.$ref.split('/').pop()], value, all, at);
  if (schema.oneOf) return schema.oneOf.some(one => !fault(one, value, all, at)) ? '' : `${at}: none of the alternatives`;
  const kinds = {
    object: v => v !== null && typeof v === 'object' && !Array.isArray(v),
    array: Array.isArray,
    string: v => typeof v === 'string',
    integer: Number.isInteger,
    number: v => typeof v === 'number',
    boolean: v => typeof v === 'boolean',
  };
  if (schema.type && !kinds[schema.type](value)) return `${at}: not of type ${schema.type}`;
  if (schema.enum && !schema.enum.includes(value)) return `${at}: ${value} is none of ${schema.enum}`;
  if (schema.type === 'array') return value.map((item, i) => fault(schema.items, item, all, `${at}[${i}]`)).find(Boolean) ?? '';
  if (schema.type !== 'object') return '';
  const missing = (schema.required ?? []).find(name => !(name in value));
  if (missing) return `${at}: ${missing} is missing`;
  for (const [name, member] of Object.entries(value)) {
    const inner = schema.properties?.[name] ?? (typeof schema.additionalProperties === 'object' ? schema.additionalProperties : null);
    if (!inner && schema.additionalProperties === false) return `${at}: ${name} is not described`;
    const wrong = inner ? fault(inner, member, all, `${at}.${name}`) : '';
    if (wrong) return wrong;
  }
  return '';
}

async function floor(scene) {
  const redis = await startRedis(scene);
  const daemon = await startDaemon(scene, { redis, args: ['--data', nodePath.join(scene.dir, 'data')] });
  await daemon.live();
  await redis.emit([
    state('1', 'ready', { team: 'A', queues: ['q'], name: 'Wang' }),
    call('queued', 'c1', { queue: 'q' }),
    call('answered', 'c1', { agent: '1' }),
    call('queued', 'c2', { queue: 'q', priority: 2 }),
    { type: 'notice', ts: Date.now(), text: '系统维护' },
    { type: 'alarm', ts: Date.now(), source: 'trunk', text: 'down', severity: 'critical', state: 'raised' },
  ]);
  await until('the events are in', async () => (await daemon.view('queues')).queues.q?.today.answered === 1);
  return { redis, daemon };
}

export default {
  async 'every path of the OpenAPI document'(scene) {
    const { daemon } = await floor(scene);
    const minute = Math.floor(Date.now() / 60000) * 60000;
    const clock = t => new Date(t).toISOString();
    const roster = `date,agent,name,team,seat,start,end,activities,leave\n${clock(minute).slice(0, 10)},1,,A,,${clock(minute - 60000 * 40).slice(11, 16)},${clock(minute + 60000 * 30).slice(11, 16)},,\n`;
    await daemon.send('POST', 'roster', roster, { type: 'text/csv' });
    await daemon.send('POST', 'grants', { agent: '1', kind: 'busy', from: minute, to: minute + 1, reason: 'x' });
    const now = String(Date.now());
    const document = JSON.parse((await daemon.get('/api/v1/openapi.json')).body);
    const schemas = document.components.schemas;
    const boards = JSON.parse((await daemon.get('/api/v1/boards')).body).boards;
    const views = { site: 'SiteView', queues: 'QueuesView', teams: 'TeamsView', agents: 'AgentsView', 'agents/A': 'AgentsView', intervals: 'IntervalsView', staffing: 'StaffingView', strip: 'StripView', alerts: 'AlertsView', shifts: 'ShiftsView', breaches: 'BreachesView', grants: 'GrantsView', walk: 'WalkView', policy: 'PolicyView' };
    for (const path of Object.keys(document.paths)) {
      if (!document.paths[path].get || /charts\/\{date\}|\{report\}|plan$|v1\/(sessions|accounts|screen)$/.test(path)) continue; // these: 14-charts, 17-reports, 19-staffing, 21-doors
      const answer = document.paths[path].get.responses['200'].content;
      const past = path.includes('{at}');
      for (const view of path.includes('{view}') ? Object.keys(views).filter(name => !past || /^(site|queues|teams|agents.*|intervals)$/.test(name)) : ['']) {
        for (const board of path.includes('{board}') ? boards : ['']) {
          const url = path.replace('{site}', 'main').replace('{view}', encodeURIComponent(view)).replace('{board}', board).replace('{drawing}', 'now.json').replace('{at}', now);
          const { status, headers, body } = await daemon.get(url);
          equal(status, 200, url);
          const kind = headers['content-type'].split(';')[0];
          assert(answer[kind], `${url}: ${kind} is not described`);
          if (kind !== 'application/json') continue;
          const schema = view ? schemas[views[view]] : answer[kind].schema;
          equal(fault(schema, JSON.parse(body), schemas), '', url);
        }
      }
    }
    for (const by of ['queue', 'team', 'agent']) {
      const { body } = await daemon.get(`/api/v1/sites/main/intervals?by=${by}`);
      equal(fault(schemas.History, JSON.parse(body), schemas), '', by);
      const csv = await daemon.get(`/api/v1/sites/main/intervals?by=${by}&format=csv`);
      const [head, ...rows] = csv.body.trim().split('\r\n');
      assert(rows.length && rows.every(row => row.split(',').length === head.split(',').length), `${by}: the table is not even`);
    }
  },

  async 'errors are problems with a clear text'(scene) {
    const { daemon } = await floor(scene);
    const cases = {
      '/api/v1/sites/other/views/site': 404,
      '/api/v1/sites/main/views/nothing': 404,
      '/api/v1/sites/main/views/agents%2FZ': 404,
      '/api/v1/boards/nothing': 404,
      '/api/v1/nothing': 404,
      '/api/v1/sites/main/intervals?by=moon': 400,
      '/api/v1/sites/main/intervals?from=yesterday': 400,
      '/api/v1/sites/main/intervals?format=xls': 400,
    };
    for (const [path, want] of Object.entries(cases)) {
      const { status, headers, body } = await daemon.get(path);
      equal(status, want, path);
      equal(headers['content-type'].split(';')[0], 'application/problem+json', path);
      equal(JSON.parse(body).status, want, path);
    }
  },

  async 'ETag, safety headers, no way out of the folder'(scene) {
    const { daemon } = await floor(scene);
    const first = await daemon.get('/api/v1/sites/main/views/queues');
    assert(/^"[0-9a-f]+:\d+"$/.test(first.headers.etag), 'the version is the ETag');
    equal((await daemon.get('/api/v1/sites/main/views/queues', { 'If-None-Match': first.headers.etag })).status, 304, 'not modified');
    for (const header of ['content-security-policy', 'x-content-type-options', 'referrer-policy']) assert(first.headers[header], header);
    assert(!/unsafe/.test(first.headers['content-security-policy']), 'the policy is strict');
    for (const path of ['/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/assets/..%2f..%2fetc/passwd', '/assets/%00']) {
      const { status, body } = await daemon.get(path);
      assert(status >= 400 || !body.includes('root:'), path);
    }
  },

  async 'views and KPIs are in Redis for other consumers'(scene) {
    const { redis, daemon } = await floor(scene);
    await until('the key', async () => JSON.parse(await redis.client.send('GET', 'sw:{main}:view:queues')).queues.q.today.answered === 1);
    equal((await daemon.view('queues')).queues.q.today.answered, 1, 'answered');
    const ttl = await redis.client.send('TYPE', 'sw:{main}:view:site');
    equal(ttl, 'string', 'type');
  },

  async 'events that come late change the intervals they belong to'(scene) {
    const redis = await startRedis(scene);
    const daemon = await startDaemon(scene, { redis });
    await daemon.live();
    await redis.emit(call('queued', 'now', { queue: 'q' }));
    await until('one', async () => (await daemon.view('site')).today.offered === 1);
    const { day_start } = await daemon.view('site');
    const earlier = [];
    for (let t = day_start; t < Date.now() - 900000; t += 900000) earlier.push({ type: 'call.queued', ts: t, call: `c${t}`, queue: 'q' });
    if (earlier.length) await redis.emit(earlier);
    await until('each interval has its call', async () => {
      const { intervals } = await daemon.view('intervals');
      return earlier.every(event => intervals[event.ts]?.offered >= 1);
    });
  },
};
