// A busy hour of a made-up call centre as Asterisk's queue_log would have it, from a seed; and a writer that plays a log at a speed
// and rotates it in all the ways that logrotate knows.
import fs from 'node:fs';
import path from 'node:path';
import { sleep } from './lib.mjs';

/** A number generator that gives the same numbers for the same seed (mulberry32). */
export function dice(seed) {
  let a = seed >>> 0;
  const next = () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return { next, below: n => Math.floor(next() * n), of: list => list[Math.floor(next() * list.length)] };
}

/** The lines of SECONDS seconds from START (epoch seconds) on: agents in two queues, pauses, overflow, transfers, a restart. */
export function busyHour({ seed, start, seconds = 3600, agents = 12 }) {
  const d = dice(seed);
  const lines = [];
  const at = (second, text) => lines.push({ second, order: lines.length, text: `${start + second}|${text}` });
  const names = Array.from({ length: agents }, (_, i) => `Agent${i}`);
  at(0, 'NONE|NONE|NONE|QUEUESTART|');
  for (const name of names) for (const queue of ['sales', 'support']) at(d.below(60), `MANAGER|${queue}|${name}|ADDMEMBER|`);
  const free = Object.fromEntries(names.map(name => [name, 70]));
  let serial = 0;
  const outcome = (id, queue, second) => {
    const who = names.filter(name => free[name] <= second + 8);
    if (!who.length || d.next() < 0.12) {
      const waited = 5 + d.below(25);
      if (d.next() < 0.5) return at(second + waited, `${id}|${queue}|NONE|ABANDON|1|1|${waited}`);
      at(second + waited, `${id}|${queue}|NONE|EXITWITHTIMEOUT|1|1|${waited}`);
      if (queue === 'support') return undefined;
      const pause = d.below(4); // within the hold, or just not
      at(second + waited + pause, `${id}|support|NONE|ENTERQUEUE||1380000|1`);
      return outcome(id, 'support', second + waited + pause);
    }
    const name = d.of(who);
    const ring = 1 + d.below(7);
    if (d.next() < 0.1) at(second + ring, `${id}|${queue}|${d.of(names)}|RINGNOANSWER|${ring * 1000}`);
    const talk = 10 + d.below(200);
    at(second + ring, `${id}|${queue}|${name}|CONNECT|${ring}|${id}b|${ring}`);
    free[name] = second + ring + talk + 1;
    if (d.next() < 0.08) at(second + ring + talk, `${id}|${queue}|${name}|BLINDTRANSFER|700|from-internal|${ring}|${talk}|1`);
    else at(second + ring + talk, `${id}|${queue}|${name}|${d.of(['COMPLETECALLER', 'COMPLETEAGENT'])}|${ring}|${talk}|1`);
    if (d.next() < 0.15) {
      const rest = 20 + d.below(200);
      const reason = d.of(['break', 'lunch', '班会', 'paperwork']);
      for (const q of ['sales', 'support']) {
        at(free[name], `NONE|${q}|${name}|PAUSE|${reason}`);
        at(free[name] + rest, `NONE|${q}|${name}|UNPAUSE|${reason}`);
      }
      free[name] += rest + 1;
    }
    return undefined;
  };
  for (let second = 70; second < seconds - 300; second += d.below(12)) {
    const id = `${start + second}.${++serial}`;
    const queue = d.of(['sales', 'support']);
    at(second, `${id}|${queue}|NONE|ENTERQUEUE||1380000|1`);
    outcome(id, queue, second);
  }
  at(seconds, 'NONE|NONE|NONE|CONFIGRELOAD|');
  return lines.sort((a, b) => a.second - b.second || a.order - b.order).map(line => line.text);
}

/** Whether a rotation before line I falls between two seconds. (Within one, two lines of the same number in two files could have the
 * same second, and so the same id: nobody rotates every second.) */
export const isSeam = (lines, i) => i > 0 && i < lines.length && lines[i - 1].split('|', 1)[0] !== lines[i].split('|', 1)[0];

/** Writes lines into FILE. `rotate` ways: 'rename' (an empty file is made at once, the writer goes on with the old one for a while),
 * 'move' (no file until the writer makes it), 'copy' (copytruncate). */
export class Writer {
  constructor(file, d) {
    Object.assign(this, { file, d, fd: fs.openSync(file, 'a'), written: 0, rotations: 0 });
  }
  write(text) {
    fs.writeSync(this.fd, text);
  }
  line(text) {
    // now and then a line comes in two pieces
    if (this.d.next() < 0.05 && text.length > 4) {
      const cut = 1 + this.d.below(text.length - 2);
      this.write(text.slice(0, cut));
      this.write(`${text.slice(cut)}\n`);
    } else {
      this.write(`${text}\n`);
    }
    this.written++;
  }
  /** Moves FILE.1 to FILE.2 and so on, as logrotate does before it rotates. */
  shift() {
    const dir = path.dirname(this.file);
    const base = path.basename(this.file);
    const numbers = fs
      .readdirSync(dir)
      .map(name => new RegExp(`^${base}\\.(\\d+)$`).exec(name)?.[1])
      .filter(Boolean)
      .map(Number)
      .sort((a, b) => b - a);
    for (const n of numbers) fs.renameSync(`${this.file}.${n}`, `${this.file}.${n + 1}`);
  }
  async rotate(way, meanwhile = []) {
    this.rotations++;
    this.shift();
    if (way === 'copy') {
      fs.copyFileSync(this.file, `${this.file}.1`);
      fs.ftruncateSync(this.fd, 0); // opened to append, as Asterisk does
      for (const text of meanwhile) this.line(text);
      return;
    }
    fs.renameSync(this.file, `${this.file}.1`);
    if (way === 'rename') fs.closeSync(fs.openSync(this.file, 'a'));
    for (const text of meanwhile) this.line(text); // still into the old one
    await sleep(this.d.below(40));
    fs.closeSync(this.fd);
    this.fd = fs.openSync(this.file, 'a');
  }
  close() {
    fs.closeSync(this.fd);
  }
}
