// People: their PINs, roles and teams. Somebody who is signed in counts as who they are, on this machine too.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { assert, equal, startDaemon, startRedis, state, toolPath, until, Wall } from './lib.mjs';

const pin = text => spawnSync(toolPath, ['pin'], { input: `${text}\n`, encoding: 'utf8' }).stdout.trim();

async function site(scene) {
  const config = path.join(scene.dir, 'c.yaml');
  const people = [
    { id: 'zhang', name: '张敏', role: 'duty', pin: pin('1234') },
    { id: 'li', name: '李强', role: 'lead', teams: ['A'], pin: pin('2345') },
    { id: 'chen', name: '陈静', role: 'quality', pin: pin('3456') },
    { id: '1', name: '王芳', role: 'agent', pin: pin('4567') },
  ];
  fs.writeFileSync(config, `people:\n${people.map(p => `  - ${JSON.stringify(p)}\n`).join('')}`);
  const redis = await startRedis(scene);
  const daemon = await startDaemon(scene, { redis, args: ['--config', config, '--data', path.join(scene.dir, 'data')] });
  await daemon.live();
  await redis.emit([state('1', 'ready', { team: 'A' }), state('2', 'ready', { team: 'B' })]);
  await until('both are there', async () => Object.keys((await daemon.view('agents')).agents).length === 2);
  return daemon;
}

const session = (daemon, method, body, cookie = '') =>
  fetch(`${daemon.url}/api/v1/session`, { method, headers: { 'content-type': 'application/json', ...(cookie ? { cookie } : {}) }, ...(body ? { body: JSON.stringify(body) } : {}) });

async function signIn(daemon, person, pin_) {
  const answer = await session(daemon, 'POST', { person, pin: pin_ });
  return { status: answer.status, body: await answer.json(), cookie: answer.headers.get('set-cookie')?.split(';')[0], whole: answer.headers.get('set-cookie') };
}

const grant = (daemon, cookie, agent, more = {}) => {
  const now = Date.now();
  const body = { agent, kind: 'busy', from: now, to: now + 60000, reason: 'x', by: 'somebody else', ...more };
  return fetch(`${daemon.url}/api/v1/sites/main/grants`, { method: 'POST', headers: { 'content-type': 'application/json', cookie }, body: JSON.stringify(body) });
};

export default {
  async 'people sign in by their PIN and are who they are'(scene) {
    const daemon = await site(scene);
    equal((await signIn(daemon, 'zhang', '9999')).status, 401, 'a wrong PIN');
    equal((await signIn(daemon, 'nobody', '1234')).status, 401, 'nobody');
    const zhang = await signIn(daemon, 'zhang', '1234');
    equal([zhang.status, zhang.body.person, zhang.body.name, zhang.body.role], [201, 'zhang', '张敏', 'duty'], 'signed in');
    assert(/HttpOnly/.test(zhang.whole) && /SameSite=Strict/.test(zhang.whole), zhang.whole);
    const done = await grant(daemon, zhang.cookie, '1');
    equal([done.status, (await done.json()).by], [201, 'zhang'], 'the record says who it was, not who they say they are');
    equal((await (await session(daemon, 'GET', undefined, zhang.cookie)).json()).person, 'zhang', 'remembered');
    await session(daemon, 'DELETE', undefined, zhang.cookie);
    equal((await (await session(daemon, 'GET', undefined, zhang.cookie)).json()).person, undefined, 'signed out');
    equal((await (await session(daemon, 'POST', { name: '路人' })).json()).name, '路人', 'on this machine a name is enough');
  },

  async 'roles and teams limit what one may do'(scene) {
    const daemon = await site(scene);
    const [li, chen, wang, zhang] = await Promise.all([signIn(daemon, 'li', '2345'), signIn(daemon, 'chen', '3456'), signIn(daemon, '1', '4567'), signIn(daemon, 'zhang', '1234')]);
    equal((await grant(daemon, li.cookie, '1')).status, 201, 'a lead, about the own team');
    equal((await grant(daemon, li.cookie, '2')).status, 403, 'but not about another');
    equal((await grant(daemon, chen.cookie, '1')).status, 403, 'quality only reads');
    equal((await grant(daemon, wang.cookie, '1')).status, 403, 'an agent permits nothing');
    const day = 86_400_000;
    equal((await grant(daemon, zhang.cookie, '1', { kind: 'leave', to: Date.now() + 2 * day })).status, 201, 'a duty lead approves two days of leave');
    equal((await grant(daemon, zhang.cookie, '1', { kind: 'leave', to: Date.now() + 4 * day })).status, 403, 'more is for a manager');
    const records = (cookie, agent) => fetch(`${daemon.url}/api/v1/sites/main/records?agent=${agent}`, { headers: { cookie } });
    equal((await records(wang.cookie, '1')).status, 200, 'agents see their own record');
    equal((await records(wang.cookie, '2')).status, 403, 'and nobody else\'s');
    equal((await records(chen.cookie, '2')).status, 200, 'quality sees all');
    const view = (cookie, name) => fetch(`${daemon.url}/api/v1/sites/main/views/${name}`, { headers: { cookie } });
    equal((await view(wang.cookie, 'breaches')).status, 403, 'an agent does not see the breaches of others');
    equal((await view(wang.cookie, 'site')).status, 200, 'but the board');
    const wall = new Wall(scene, daemon, { views: ['breaches'], options: { headers: { cookie: wang.cookie } } });
    await wall.opened;
    await until('refused on the socket, too', () => wall.error?.code === 'forbidden');
  },

  async 'guessing PINs is stopped'(scene) {
    const daemon = await site(scene);
    for (let i = 0; i < 5; i++) equal((await signIn(daemon, 'li', `${i}000`)).status, 401, 'wrong');
    equal((await signIn(daemon, 'li', '2345')).status, 429, 'even the right one has to wait');
    equal((await signIn(daemon, 'zhang', '1234')).status, 201, 'others do not');
  },
};
