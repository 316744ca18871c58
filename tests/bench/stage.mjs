// What the benchmarks share: the load generators, processor time, processors to run on, medians, and rows of the table.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from '../integration/lib.mjs';

export const quick = Boolean(process.env.QUICK);
export const ROUNDS = quick ? 1 : 5;
const programs = path.join(root, process.env.BUILD ?? 'build', 'bench');
export const program = name => path.join(programs, name);

/** COMMAND on processor CPU of two or more; where there is only one there is no choice. */
export const pinned = (cpu, ...command) => (os.cpus().length > 1 ? ['taskset', '-c', String(cpu), ...command] : command);
export const pin = (cpu, pid) => os.cpus().length > 1 && spawn('taskset', ['-acp', String(cpu), String(pid)], { stdio: 'ignore' });

const TICK_MS = 10; // of /proc/PID/stat: USER_HZ is 100 everywhere

/** Processor time of a process until now, in ms. */
export function cpuOf(pid) {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Memory of a process, in bytes. */
export const rssOf = pid => 1024 * Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);

/** A program whose lines are read one after the other. */
export function lines(scene, [command, ...args]) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const got = [], waiting = [];
  let rest = '', over = false;
  const hand = () => {
    while (waiting.length && (got.length || over)) waiting.shift()(got.shift());
  };
  child.stdout.setEncoding('utf8').on('data', text => {
    const all = (rest + text).split('\n');
    rest = all.pop();
    got.push(...all);
    hand();
  });
  const ended = new Promise(done => child.on('close', () => ((over = true), hand(), done())));
  child.stdin.on('error', () => {});
  const end = async (signal = 'SIGTERM') => (child.kill(signal), ended);
  scene.onEnd(() => end('SIGKILL'));
  return {
    pid: child.pid,
    ended,
    end,
    /** The next line; throws when there is none any more. */
    async line() {
      const text = await new Promise(done => (waiting.push(done), hand()));
      if (text === undefined) throw new Error(`${command} ${args[0] ?? ''} ended`);
      return text;
    },
    async json() {
      return JSON.parse(await this.line());
    },
    say: text => child.stdin.write(`${text}\n`),
  };
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const digits = x => (Math.abs(x) >= 100 ? x.toFixed(0) : Math.abs(x) >= 10 ? x.toFixed(1) : x.toFixed(2));

/**
 * A row of the table. VALUES: one of each round; GOAL: [sign, number], sign '<=' or '>='; none for a row that only informs.
 * NOTE: what it is a ratio of, or why a goal is missed.
 */
export function row(what, values, { goal, unit = '', note = '' } = {}) {
  const value = median(values);
  const met = goal === undefined ? undefined : goal[0] === '<=' ? value <= goal[1] : value >= goal[1];
  const spread = values.length > 1 ? `${digits(Math.min(...values))}-${digits(Math.max(...values))}` : '';
  return { what, goal: goal ? `${goal[0]} ${goal[1]}${unit}` : '', measured: `${digits(value)}${unit}`, spread, met, note };
}

/** What could not be measured, and why. */
export const unmeasured = (what, goal, note) => ({ what, goal, measured: '-', spread: '', met: undefined, note });
