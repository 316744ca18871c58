// What an event costs in the core, alone in a process: flat, however many agents and queues there are.
import { spawnSync } from 'node:child_process';
import { median, pinned, program, quick, ROUNDS, row } from './stage.mjs';

const EVENTS = quick ? 200_000 : 600_000;
const FLOORS = { few: [50, 40], many: [50_000, 40], one: [5000, 1], queues: [5000, 400], middle: [5000, 40] };

function cost([agents, queues]) {
  const [command, ...args] = pinned(1, program('cost'), agents, queues, EVENTS);
  const done = spawnSync(command, args.map(String), { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`cost: ${done.stderr}`);
  return JSON.parse(done.stdout);
}

export async function measure() {
  const all = Object.fromEntries(Object.keys(FLOORS).map(name => [name, []]));
  for (let round = 0; round < ROUNDS; round++) for (const name of Object.keys(FLOORS)) all[name].push(cost(FLOORS[name]));
  const us = name => median(all[name].map(one => one.us)).toFixed(2);
  const ratio = (name, to) => all[name].map((one, i) => one.us / all[to][i].us);
  return [
    row('cost of an event, 50,000 agents / 50', ratio('many', 'few'), { goal: ['<=', 1.3], note: `${us('many')} us, ${us('few')} us: read, applied, alerts armed, views marked` }),
    row('cost of an event, 400 queues / 1', ratio('queues', 'one'), { goal: ['<=', 1.3], note: `${us('queues')} us, ${us('one')} us` }),
    row('of an event, reading its JSON', all.middle.map(one => one.read_us / one.us), { note: `of ${us('middle')} us; 5,000 agents, 40 queues` }),
  ];
}
