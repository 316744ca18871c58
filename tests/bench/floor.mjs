// A floor at work, for the parts that look at what walls get: agents take calls one after the other, each with the states and
// the times that belong to it, at RATE events a second in all.
import { call, state } from '../integration/lib.mjs';

const QUEUES = ['sales', 'support', 'billing', 'repairs'];
const FIRST_AGENT = 1000, STEP_MS = 10;

const teamOf = (number, teamAgents) => ({ team: `t${Math.floor(number / teamAgents)}` });

/** Publishes until the returned function is called. AGENTS in teams of TEAMAGENTS work; what they do is the same each run. */
export function work(redis, { agents, teamAgents, rate }) {
  const random = dice(7);
  const pick = list => list[Math.floor(random() * list.length)];
  const free = Array.from({ length: agents }, (_, i) => String(FIRST_AGENT + i)), talking = [], wrapping = [], waiting = [];
  const more = agent => teamOf(agent - FIRST_AGENT, teamAgents);
  let number = 0, due = 0, last = performance.now();
  const take = list => list.splice(Math.floor(random() * Math.max(1, list.length >> 2)), 1)[0];
  /** What happens next: one to three events. Calls come as fast as they go. */
  const next = () => {
    const busy = talking.length + wrapping.length;
    if (wrapping.length && random() < wrapping.length / (agents / 4)) {
      const agent = take(wrapping);
      free.push(agent);
      return [state(agent, 'ready', more(agent))];
    }
    if (talking.length && random() < busy / agents) {
      const { id, agent } = take(talking);
      wrapping.push(agent);
      return [call('ended', id), state(agent, 'wrapup', more(agent))];
    }
    if (waiting.length && free.length) {
      const id = waiting.shift(), agent = take(free);
      talking.push({ id, agent });
      return [call('answered', id, { agent }), state(agent, 'talking', more(agent))];
    }
    const id = `w${++number}-${process.pid}`;
    waiting.push(id);
    return [call('queued', id, { queue: pick(QUEUES) })];
  };
  const timer = setInterval(() => {
    const now = performance.now();
    due += ((now - last) * rate) / 1000;
    last = now;
    while (due > 0)
      for (const event of next()) {
        due--;
        redis.publish(event).catch(() => {});
      }
  }, STEP_MS);
  return () => clearInterval(timer);
}

/** Everybody signs in, to begin with. */
export async function signIn(redis, { agents, teamAgents }) {
  const events = Array.from({ length: agents }, (_, i) => state(String(FIRST_AGENT + i), 'ready', { ...teamOf(i, teamAgents), queues: QUEUES.slice(0, 2) }));
  for (let i = 0; i < agents; i += 100) await redis.publish(JSON.stringify(events.slice(i, i + 100)));
}

/** Numbers from 0 to 1, the same for the same SEED. */
export function dice(seed) {
  return () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
}
