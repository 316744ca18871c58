// `shiftwall chart`: the same figures in JSON, CSV and Excel, those of `shiftwall replay` at the same moment, and its errors.
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { spawnSync } from 'node:child_process';
import { assert, equal, root, toolPath } from './lib.mjs';

const golden = path.join(root, 'tests/golden');
const DAYS = ['shifts', 'default-day', 'floor-day', 'telecom-day', 'manual-day'];
const HOUR = 3_600_000;

const tool = args => spawnSync(toolPath, args, { cwd: golden, maxBuffer: 1 << 28 });
function run(args) {
  const done = tool(args);
  equal(done.status, 0, `${args.join(' ')}: ${done.stderr}`);
  return done.stdout;
}

// A golden day's options, and its last moment.
function day(name) {
  const { args } = JSON.parse(fs.readFileSync(path.join(golden, `${name}.expected.json`), 'utf8'));
  const until = args.indexOf('--until');
  return { events: `${name}.jsonl`, end: Date.parse(args[until + 1]), args: args.filter((_, i) => i !== until && i !== until + 1) };
}

// The grants given by then: a chart knows no others, a replay takes what the file has.
function known(scene, args, at) {
  const place = args.indexOf('--grants');
  if (place < 0) return args;
  const lines = fs.readFileSync(path.join(golden, args[place + 1]), 'utf8').split('\n');
  const file = path.join(scene.dir, `${at}.grants`);
  fs.writeFileSync(file, lines.filter(line => line && Date.parse(JSON.parse(line).at) <= at).join('\n'));
  return args.map((arg, i) => (i === place + 1 ? file : arg));
}

// ---- reading files ----

// The files of a zip archive, from its directory at the end.
function unzip(bytes) {
  const files = {};
  const end = bytes.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left; left--) {
    const [size, nameSize, extra, comment] = [bytes.readUInt32LE(at + 20), bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30), bytes.readUInt16LE(at + 32)];
    const from = bytes.readUInt32LE(at + 42);
    const data = from + 30 + bytes.readUInt16LE(from + 26) + bytes.readUInt16LE(from + 28);
    files[bytes.toString('utf8', at + 46, at + 46 + nameSize)] = zlib.inflateRawSync(bytes.subarray(data, data + size)).toString('utf8');
    at += 46 + nameSize + extra + comment;
  }
  return files;
}

const plain = xml => xml.replace(/<[^>]*>/g, '').replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&amp;/g, '&');

// The sheets of a workbook by name: rows of numbers, texts and undefined.
function workbook(bytes) {
  const files = unzip(bytes);
  const shared = [...files['xl/sharedStrings.xml'].matchAll(/<si>(.*?)<\/si>/gs)].map(([, text]) => plain(text));
  const names = [...files['xl/workbook.xml'].matchAll(/<sheet name="([^"]*)"/g)].map(([, name]) => name);
  const sheets = {};
  names.forEach((name, i) => {
    const xml = files[`xl/worksheets/sheet${i + 1}.xml`];
    const rows = [];
    for (const [, ref, attributes, value] of xml.matchAll(/<c r="([A-Z]+\d+)"([^>]*?)(?:\/>|>(?:<v>(.*?)<\/v>)?<\/c>)/g)) {
      const [, letters, row] = /([A-Z]+)(\d+)/.exec(ref);
      const column = [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
      (rows[row - 1] ??= [])[column] = value === undefined ? undefined : / t="s"/.test(attributes) ? shared[value] : Number(value);
    }
    sheets[name] = { xml, rows, head: Number(/ySplit="(\d+)"/.exec(xml)[1]) - 1 };
  });
  return { files, names, sheets };
}

function csv(text) {
  const rows = [];
  for (const line of text.split('\r\n').slice(0, -1)) {
    const fields = [];
    for (const [, quoted, bare] of `,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)) fields.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    rows.push(fields);
  }
  const [keys, ...rest] = rows;
  return { keys, rows: rest.map(fields => Object.fromEntries(keys.map((key, i) => [key, fields[i]]))) };
}

const figure = text => (text === '' ? undefined : Number(text));
const near = (got, want, text) => assert((got === undefined && want === undefined) || Math.abs(got - want) < 2e-6, `${text}: got ${got}, want ${want}`);
const instant = serial => Math.round((serial - 25569) * 86_400_000); // local time as if it were UTC
const localOf = text => Date.parse(`${text.replace(/[+-]\d\d:\d\d$/, '')}Z`);

export default {
  async 'a chart shows what replay reports for its moment'(scene) {
    let compared = 0;
    for (const name of DAYS) {
      const { events, end, args } = day(name);
      for (const at of [end, end - 1.25 * HOUR, end - 3 * HOUR, end - 6 * HOUR, end - 8.5 * HOUR]) {
        const options = known(scene, args, at);
        const chart = JSON.parse(run(['chart', ...options, '--at', `${at}`, '--format', 'json', '--out', '-', events]));
        const report = JSON.parse(run(['replay', ...options, '--day', chart.date, '--until', `${at}`, events]));
        const where = `${name} at ${new Date(at).toISOString()}`;
        const { total, lists } = chart;
        for (const key of ['due', 'attended', 'pending', 'absent', 'leave', 'late']) equal(total[key], report.attendance[key], `${where}: ${key}`);
        equal([total.signed_in_ms, total.expected_ms], [report.adherence.signed_in_ms, report.adherence.expected_ms], `${where}: adherence`);
        const shifts = (test, figures) => report.shifts.filter(test).map(figures).sort();
        const people = (list, figures) => lists[list].map(figures).sort();
        const late = shifts(s => s.late_ms > 0 && s.attended, s => `${s.agent} ${s.late_ms} ${s.late_class}`);
        equal(people('late', p => `${p.agent} ${p.value_ms} ${p.late_class ?? null}`), late, `${where}: late`);
        equal(people('absent', p => p.agent), shifts(s => s.attended === false && !s.leave, s => s.agent), `${where}: absent`);
        // what happened today in a night shift of yesterday is on the chart, too; the report's shifts and attendance have those begun today
        lists.early_today = lists.early_leave.filter(p => p.shift_start >= chart.intervals[0].start);
        equal(people('early_today', p => `${p.agent} ${p.value_ms}`), shifts(s => s.early_leave_ms > 0, s => `${s.agent} ${s.early_leave_ms}`), `${where}: early`);
        equal([total.early_leave, lists.early_today.length], [lists.early_leave.length, report.attendance.early_leave], `${where}: early leave`);
        const broke = rule => report.breaches.filter(b => b.rule === rule).map(b => `${b.agent} ${b.value_ms} ${b.excused}`).sort();
        equal(people('break_overrun', p => `${p.agent} ${p.value_ms} ${p.excused}`), broke('break.allowances'), `${where}: breaks`);
        equal(people('unauthorised', p => `${p.agent} ${p.value_ms} ${p.excused}`), broke('signout.inside_shift'), `${where}: sign-outs`);
        equal(total.overruns, lists.break_overrun.length, `${where}: overruns`);
        equal(total.overrun_ms, lists.break_overrun.reduce((sum, p) => sum + p.value_ms - p.limit_ms, 0), `${where}: their sum`);
        const breaks = report.shifts.flatMap(s => s.breaks).length;
        if (!report.breaches.some(b => b.at < Math.min(...report.shifts.map(s => s.start)))) equal(total.breaks, breaks, `${where}: breaks`);
        equal(chart.intervals.reduce((sum, i) => sum + (i.offered ?? 0), 0), report.site.offered, `${where}: offered`);
        for (const [state, ms] of Object.entries(chart.state_ms)) if (state !== 'offline') equal(ms, report.site.times[`${state}_ms`], `${where}: ${state}`);
        compared += total.due > 0;
      }
    }
    assert(compared > 15, `${compared} moments with shifts`);
  },

  async 'JSON, CSV and Excel hold the same figures'() {
    for (const name of DAYS) {
      const { events, end, args } = day(name);
      const chart = (...more) => run(['chart', ...args, '--at', `${end - 2 * HOUR}`, '--out', '-', ...more, events]);
      const json = JSON.parse(chart('--format', 'json'));
      const parts = Object.fromEntries(['summary', 'by_interval', 'by_team', 'people', 'states'].map(what => [what, csv(chart('--format', 'csv', '--what', what).toString('utf8'))]));
      // CSV against JSON
      equal(parts.by_interval.rows.length, json.intervals.length, 'intervals');
      json.intervals.forEach((one, i) => {
        const row = parts.by_interval.rows[i];
        equal([Date.parse(row.start), Date.parse(row.end), row.uncertain], [one.start, one.end, `${one.uncertain}`], 'interval');
        for (const key of ['scheduled', 'present', 'signed_in', 'required', 'offered', 'forecast']) equal(figure(row[key]), one[key], `${name} ${row.start} ${key}`);
      });
      const names = { break_overruns: 'overruns', break_overrun_ms: 'overrun_ms' };
      [...json.teams, json.total].forEach((team, i) => {
        const row = parts.by_team.rows[i];
        equal(row.team, team.id, 'team');
        for (const key of ['due', 'attended', 'pending', 'absent', 'leave', 'late', 'early_leave', 'signed_in_ms', 'expected_ms', 'breaks', 'break_overruns', 'break_overrun_ms'])
          equal(figure(row[key]), team[names[key] ?? key], `${name} team ${team.id} ${key}`);
        near(figure(row.attendance), team.due ? team.attended / team.due : undefined, 'attendance');
        near(figure(row.adherence), team.expected_ms ? team.signed_in_ms / team.expected_ms : undefined, 'adherence');
      });
      const people = Object.entries(json.lists).flatMap(([list, rows]) => rows.map(row => ({ list, ...row })));
      equal(parts.people.rows.length, people.length, 'people');
      people.forEach((one, i) => {
        const row = parts.people.rows[i];
        for (const key of ['list', 'agent', 'name', 'seat', 'grant', 'reason', 'by']) equal(row[key], one[key] ?? '', `${name} ${one.list} ${one.agent} ${key}`);
        equal([row.team_name, row.class], [one.team ?? '', one.late_class ?? ''], 'team and class');
        equal([figure(row.duration_ms) ?? 0, figure(row.limit_ms) ?? 0, row.excused], [one.value_ms, one.limit_ms, `${one.excused}`], 'times');
        equal([Date.parse(row.shift_start), Date.parse(row.shift_end), row.at ? Date.parse(row.at) : undefined], [one.shift_start, one.shift_end, one.at], 'instants');
      });
      const [summary] = parts.summary.rows;
      equal([summary.date, Date.parse(summary.at), summary.complete], [json.date, json.at, `${!json.incomplete}`], 'summary');
      for (const key of ['due', 'absent', 'late', 'breaks']) equal(figure(summary[key]), json.total[key], `summary ${key}`);
      equal(parts.states.rows.map(row => [row.state, figure(row.agents), figure(row.time_ms)]), Object.keys(json.states).map(state => [state, json.states[state], state === 'offline' ? undefined : json.state_ms[state]]), 'states');
      // Excel against CSV
      const book = workbook(chart('--format', 'xlsx', '--lang', 'zh-CN'));
      equal(book.names, ['概要', '时段', '班组', '名单', '坐席状态'], 'the sheets');
      Object.values(parts).forEach(({ keys, rows }, i) => {
        const { rows: cells, head } = book.sheets[book.names[i]];
        const upright = !i; // one row, shown as a column
        if (!upright) equal(cells[head].length, keys.length, 'columns');
        rows.forEach((row, r) =>
          keys.forEach((key, c) => {
            const [cell, field] = [upright ? cells[head + 1 + c]?.[1] : cells[head + 1 + r]?.[c], row[key]];
            const text = `${name} ${book.names[i]} ${key} of row ${r}`;
            if (field === '') assert(cell === undefined || (key === 'team' && cell === ''), text);
            else if (/^\d{4}-\d\d-\d\dT/.test(field)) equal(instant(cell), localOf(field), text);
            else if (/^\d{4}-\d\d-\d\d$/.test(field)) equal(instant(cell), Date.parse(field), text);
            else if (/_ms$/.test(key)) near(cell * 86_400, Math.floor(Number(field) / 1000), text);
            else if (typeof cell === 'number') near(cell, Number(field), text);
            else if (['agent', 'name', 'reason', 'by', 'seat'].includes(key)) equal(cell, field, text);
            else assert(typeof cell === 'string' && cell.length > 0, text);
          }),
        );
      });
    }
  },

  async 'the workbook is made for people'() {
    const { events, end, args } = day('telecom-day');
    const chart = lang => run(['chart', ...args, '--at', `${end - 2 * HOUR}`, '--format', 'xlsx', '--lang', lang, '--out', '-', events]);
    const zh = chart('zh-CN');
    assert(zh.equals(chart('zh-CN')), 'the same chart, the same bytes');
    const book = workbook(zh);
    equal(workbook(chart('en')).names, ['Summary', 'Intervals', 'Teams', 'People', 'States'], 'in English');
    const { files, sheets } = book;
    for (const { xml } of Object.values(sheets)) assert(/paperSize="9"/.test(xml) && /state="frozen"/.test(xml) && /fitToHeight="0"/.test(xml), 'A4, heads in view');
    const charts = Object.keys(files).filter(name => name.startsWith('xl/charts/'));
    equal(charts.length, 3, 'charts');
    const lines = files['xl/charts/chart1.xml'];
    assert(/<c:lineChart>/.test(lines) && /<c:barChart>/.test(files['xl/charts/chart3.xml']), 'lines and bars');
    const rows = sheets['时段'].rows.length;
    assert(lines.includes(`'时段'!$F$${sheets['时段'].head + 2}:$F$${rows}`), 'the line of those signed in covers the day');
    for (const name of ['签入', '应到', '需要', '实到']) assert(lines.includes(`<c:v>${name}</c:v>`), name);
    // formats: a share is a percentage, an instant a date, a duration hours
    const formats = files['xl/styles.xml'];
    for (const format of ['0.0%', '[h]:mm:ss']) assert(formats.includes(`formatCode="${format}"`), format);
    const widths = [...sheets['名单'].xml.matchAll(/<col min="(\d+)" max="\d+" width="([\d.]+)"/g)].map(([, , width]) => Number(width));
    assert(widths[0] >= 8 && widths[5] >= 17, `wide enough: ${widths}`);
    assert(sheets['时段'].rows.slice(0, 4).flat().some(cell => /Asia\/Shanghai/.test(cell)), 'the zone is told');
    assert(files['docProps/core.xml'].includes(new Date(end - 2 * HOUR).toISOString().replace('.000', '')), 'made when the chart was');
  },

  async 'names are texts, not formulas'(scene) {
    const events = path.join(scene.dir, 'events.jsonl');
    const roster = path.join(scene.dir, 'roster.csv');
    const name = '=HYPERLINK("http://example.invalid","点我")';
    fs.writeFileSync(events, JSON.stringify({ type: 'agent.state', ts: Date.UTC(2026, 10, 23, 8, 20), agent: '+1', state: 'ready' }));
    fs.writeFileSync(roster, `date,agent,name,team,seat,start,end,activities,leave\n2026-11-23,+1,"${name.replaceAll('"', '""')}",@T,,08:00,17:00,,\n`);
    const args = ['--roster', roster, '--at', '2026-11-23T09:00:00Z', '--out', '-'];
    const text = run(['chart', ...args, '--format', 'csv', '--what', 'people', '--bom', events]).toString('utf8');
    assert(text.startsWith('\ufeff'), 'the mark for Excel');
    const [row] = csv(text.slice(1)).rows;
    equal([row.agent, row.name, row.team_name], ['+1', `'${name}`, "'@T"], 'guarded');
    const book = workbook(run(['chart', ...args, '--format', 'xlsx', events]));
    assert(Object.values(book.sheets).every(sheet => !sheet.xml.includes('<f>')), 'no formula');
    assert(book.sheets['名单'].rows.flat().includes(name), 'the name as it is');
  },

  async 'errors of shiftwall chart'(scene) {
    const { events, args } = day('shifts');
    const out = path.join(scene.dir, 'chart.xlsx');
    const at = ['--at', '2026-11-23T15:00:00Z'];
    const wrong = [
      [['--out', out, events], 2, '--at, --out and one file'],
      [[...at, '--out', out], 2, '--at, --out and one file'],
      [['--at', 'noon', '--out', out, events], 2, 'not RFC 3339'],
      [[...at, '--out', out, '--format', 'gif', events], 2, 'png, svg, pdf, xlsx, csv or json'],
      [[...at, '--out', out, '--lang', 'fr', events], 2, 'zh-CN or en'],
      [[...at, '--out', out, '--what', 'by_team', events], 2, 'is for csv'],
      [[...at, '--out', out, '--bom', events], 2, 'is for csv'],
      [[...at, '--out', path.join(scene.dir, 'a.csv'), '--what', 'queues', events], 2, 'summary, by_interval, by_team, people or states'],
      [[...at, '--out', out, '--zone', 'Mars/Olympus', events], 2, 'no such time zone'],
      [[...at, '--out', out, '/does/not/exist'], 3, 'No such file'],
      [[...at, '--out', out, '--roster', '/does/not/exist', events], 3, 'No such file'],
      [[...at, '--out', path.join(scene.dir, 'no/such/folder.xlsx'), events], 3, 'No such file'],
    ];
    for (const [options, status, text] of wrong) {
      const done = tool(['chart', ...options]);
      equal([done.status, done.stdout.length], [status, 0], options.join(' '));
      assert(`${done.stderr}`.startsWith('shiftwall chart: ') && `${done.stderr}`.includes(text), `${options.join(' ')}: ${done.stderr}`);
    }
    assert(!fs.existsSync(out), 'nothing is left behind');
    run(['chart', ...args, ...at, '--out', out, events]);
    equal(fs.readFileSync(out).toString('latin1', 0, 2), 'PK', 'the format by the name of the file');
    assert(run(['chart', '--help']).toString().includes('--what'), 'help');
  },
};
