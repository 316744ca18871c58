// The benchmarks: each part's rows in one table, with their goals. Words choose parts; QUICK=1 measures once and less.
//   node tests/bench/run.mjs [--write] [PART...]      --write puts the table into BENCHMARKS.md
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root, Scene } from '../integration/lib.mjs';
import { quick, ROUNDS } from './stage.mjs';

// Each is a file that exports measure(scene), which returns rows; a scene is ended after it.
const PARTS = ['ingest', 'ami', 'cost', 'agents', 'fanout', 'traffic', 'memory', 'browser', 'journal'];
const write = process.argv.includes('--write');
const wanted = process.argv.slice(2).filter(word => word !== '--write');
const unknown = wanted.filter(word => !PARTS.includes(word));
if (unknown.length) {
  process.stderr.write(`no such part: ${unknown.join(', ')}; there are ${PARTS.join(', ')}\n`);
  process.exit(2);
}

const version = (command, args, pattern) => {
  try {
    return pattern.exec(execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }))?.[1] ?? '?';
  } catch {
    return 'not installed';
  }
};

function machine() {
  const [cpu] = os.cpus();
  return [`${os.cpus().length} x ${cpu.model.trim()}`, `${Math.round(os.totalmem() / 2 ** 30)} GiB`, `Linux ${os.release()}`, `Redis ${version('redis-server', ['--version'], /v=([\d.]+)/)}`,
    `Node ${process.versions.node}`, version('gcc', ['--version'], /(gcc.*[\d.]+)$/m)].join(', ');
}

const rows = [];
let failed = false;
for (const part of PARTS.filter(name => !wanted.length || wanted.includes(name))) {
  const scene = new Scene(`bench-${part}`);
  const began = performance.now();
  process.stderr.write(`${part} ...\n`);
  try {
    const { measure } = await import(`./${part}.mjs`);
    rows.push(...(await measure(scene)));
  } catch (error) {
    failed = true;
    rows.push({ what: `${part}: not measured`, goal: '', measured: '-', spread: '', met: undefined, note: error.message.split('\n')[0] });
    process.stderr.write(`${error.stack}\n`);
  } finally {
    await scene.end();
    process.stderr.write(`${part} took ${Math.round((performance.now() - began) / 1000)} s\n`);
  }
}

const verdict = met => (met === undefined ? '' : met ? 'met' : '**missed**');
const table = [['what', 'goal', 'measured', 'from-to', '', 'note'], ...rows.map(r => [r.what, r.goal, r.measured, r.spread, verdict(r.met), r.note])];
const widths = table[0].map((_, i) => Math.max(...table.map(line => line[i].length)));
const shown = line => `| ${line.map((text, i) => text.padEnd(i === line.length - 1 ? 0 : widths[i])).join(' | ')} |`;
const text = [shown(table[0]), `|${widths.map(n => '-'.repeat(Math.min(n, 40) + 2)).join('|')}|`, ...table.slice(1).map(shown)].join('\n');
console.log(text);
if (write) {
  const day = new Date().toISOString().slice(0, 10);
  const head = `# Benchmarks\n\nWhat \`make bench\` printed on ${day}; how to read it stands in [tests/bench/README.md](tests/bench/README.md). Ratios of one run, medians of ${ROUNDS}${quick ? ' (QUICK)' : ''}.\nMachine: ${machine()}.\n`;
  const file = path.join(root, 'BENCHMARKS.md');
  const notes = fs.existsSync(file) ? (/\n## [^]*/.exec(fs.readFileSync(file, 'utf8'))?.[0] ?? '') : '';
  fs.writeFileSync(file, `${head}\n${text}\n${notes}`);
}
process.exit(failed ? 1 : 0);
