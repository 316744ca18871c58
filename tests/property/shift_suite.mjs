// Shifts, attendance, adherence and breaks: the report against a recount second by second; and of its alerts, that no two
// of one rule and subject are open at once.
import fs from 'node:fs';
import path from 'node:path';
import { rosterText, shiftFloor } from './shifts.mjs';
import { adherenceAlerts, shiftReport } from './shift_recount.mjs';
import { difference, replay, root, when } from './tool.mjs';

const ADHERENCE_EVERY = 20; // counting second by second up to every quarter of an hour takes its time
const presets = path.join(root, 'deploy/policies');

function files(floor, file) {
  fs.writeFileSync(`${file}.jsonl`, floor.events.map(e => JSON.stringify(e) + '\n').join(''));
  fs.writeFileSync(`${file}.csv`, rosterText(floor.rows));
  fs.writeFileSync(`${file}.grants`, floor.grants.map(e => JSON.stringify(e) + '\n').join(''));
  if (floor.policy.yaml) fs.writeFileSync(`${file}.yaml`, floor.policy.yaml);
  const policy = floor.policy.yaml ? `${file}.yaml` : path.join(presets, `${floor.policy.preset}.yaml`);
  return [...when(floor.options), '--policy', policy, '--roster', `${file}.csv`, '--grants', `${file}.grants`, `${file}.jsonl`];
}

function doubled(alerts) {
  const ends = new Map();
  for (const one of alerts) {
    const key = `${one.rule} ${one.subject}`;
    if (ends.has(key) && (ends.get(key) === null || one.opened < ends.get(key))) return `two alerts at once: ${key}`;
    ends.set(key, one.closed ?? null);
  }
  return null;
}

async function fault(floor, file) {
  if (!floor.rows.length) return null;
  const got = JSON.parse(await replay(files(floor, file)));
  const wrong = difference(got, shiftReport(floor, presets)) ?? doubled(got.alerts ?? []);
  if (wrong || floor.options.day || floor.seed % ADHERENCE_EVERY) return wrong;
  const goals = got.alerts.filter(one => one.rule === 'adherence.goal').sort((a, b) => a.opened - b.opened || (a.subject < b.subject ? -1 : 1));
  return difference(goals, adherenceAlerts(floor, presets), 'adherence.goal');
}

const lines = list => list.map(one => JSON.stringify(one)).join('\n');

export const shiftSuite = {
  name: 'shift',
  floors: 1000, // each is counted second by second
  make: shiftFloor,
  fault,
  lists: ['events', 'grants', 'rows'],
  told: one => `${JSON.stringify(one.options)} ${JSON.stringify(one.policy)}\n${lines(one.events)}\n${rosterText(one.rows)}${lines(one.grants)}`,
};
