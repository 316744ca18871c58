// The calculators of those who plan: agents for a load, and people behind the seats, by the rule book's figures.
import fs from 'node:fs';
import path from 'node:path';
import { equal, startDaemon, startRedis } from './lib.mjs';

async function start(scene, policy) {
  const redis = await startRedis(scene);
  const config = path.join(scene.dir, 'shiftwall.yaml');
  fs.writeFileSync(config, `policy: ${policy}\n`);
  const daemon = await startDaemon(scene, { redis, args: ['--config', config] });
  return async query => {
    const { status, body } = await daemon.get(`/api/v1/sites/main/staffing/plan?${query}`);
    return { status, ...JSON.parse(body) };
  };
}

export default {
  async 'Erlang: 35.7 erlangs at 85 % are 42 agents, not 43'(scene) {
    const plan = await start(scene, 'default');
    const { need } = await plan('calls=357&aht_s=180&interval_min=30');
    equal([need.erlangs, need.required, need.by_table, need.method], [35.7, 42, false, 'erlang_c'], 'the need');
    const at = n => need.levels.find(l => l.agents === n);
    equal([at(42).occupancy, at(41).occupancy > 0.85, at(36)], [0.85, true, undefined], 'and around it');
    // ten agents for 100 calls of 3 minutes in half an hour: 10 erlangs, nobody ever gets through the queue
    const even = await plan('calls=100&aht_s=180&interval_min=30&patience_s=120');
    equal([even.need.method, even.need.levels.every(l => l.stable && l.abandon_rate > 0)], ['erlang_a', true], 'with patience it is always stable');
    equal((await plan('calls=0&aht_s=180')).need.required, 0, 'no calls need nobody');
    for (const query of ['', 'calls=5', 'calls=-1&aht_s=5', 'calls=x&aht_s=5', 'calls=5&aht_s=0', 'calls=5&aht_s=5&interval_min=0', 'calls=1e3&aht_s=5', 'busy_hour_seats=5'])
      equal((await plan(query)).status, 400, query);
    equal((await plan('busy_hour_seats=5&calls_a_day=100')).people, { why: 'off' }, 'a policy without that rule');
  },

  async 'the printed table, and the heads behind it'(scene) {
    const plan = await start(scene, 'manual');
    for (const [calls, seats] of [[50, 5], [100, 7], [101, 10], [200, 10], [300, 14], [400, 17], [401, 20], [500, 20], [600, 23]])
      equal((await plan(`calls=${calls}&aht_s=60&interval_min=60`)).need.required, seats, `${calls} an hour`);
    const { need } = await plan('calls=100&aht_s=300&interval_min=60');
    equal([need.by_table, need.table_too_small, need.required, need.by_erlang > 8], [true, true, 7, true], 'calls too long for the table');
    for (const [calls, front] of [[5000, 52], [4999, 60], [1000, 60], [999, 80]])
      equal((await plan(`busy_hour_seats=20&calls_a_day=${calls}`)).people.front_line, front, `${calls} a day`);
    equal((await plan('busy_hour_seats=20&calls_a_day=3000')).people, { front_line: 60, back_office: 4, quality: 3, spare: 4, total: 71 }, 'and all of them');
  },
};
