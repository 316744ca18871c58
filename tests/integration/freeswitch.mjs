// FreeSWITCH with mod_callcenter, as far as its event socket shows it: lists, events with their headers, and what it answers.
// Everything is put together from what the module's source says it sends; there is no FreeSWITCH here.
import { startSwitch } from './fake_switch.mjs';

const escape = text => encodeURIComponent(text).replace(/[!'()*]/g, c => '%' + c.charCodeAt(0).toString(16).toUpperCase());
const message = (type, body, more = '') => `${more}Content-Length: ${Buffer.byteLength(body)}\nContent-Type: ${type}\n\n${body}`;

// What a channel adds to an event: much of it nobody needs.
const NOISE = {
  'Channel-Name': 'sofia/internal/1001@pbx.example',
  'Caller-Caller-ID-Name': '王小明',
  'Caller-Channel-Created-Time': '1764500000000000',
  'variable_sip_full_via': 'SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK-524287-1---e2f1;rport=5060',
  'variable_rtp_audio_in_raw_bytes': '123456',
  'variable_callcenter_note': 'line one\nline two: 100%',
};
const CHANNEL = {
  waiting: { 'Channel-State': 'CS_EXECUTE', 'Channel-Call-State': 'ACTIVE', 'Answer-State': 'answered' },
  gone: { 'Channel-State': 'CS_HANGUP', 'Channel-Call-State': 'HANGUP', 'Answer-State': 'hangup' },
};
const AGENT_COLUMNS =
  'name|instance_id|uuid|type|contact|status|state|max_no_answer|wrap_up_time|reject_delay_time|busy_delay_time|no_answer_delay_time|last_bridge_start|last_bridge_end|last_offered_call|last_status_change|no_answer_count|calls_answered|talk_time|ready_time|external_calls_count';
const MEMBER_COLUMNS =
  'queue|instance_id|uuid|session_uuid|cid_number|cid_name|system_epoch|joined_epoch|rejoined_epoch|bridge_epoch|abandoned_epoch|base_score|skill_score|serving_agent|serving_system|state';
const QUEUE_COLUMNS = 'name|strategy|moh_sound|time_base_score|tier_rules_apply|tier_rule_wait_second|discard_abandoned_after|max_wait_time|record_template';

export class FreeSwitch {
  constructor({ password = 'ClueCon', queues = ['support'], now = () => Date.now() } = {}) {
    Object.assign(this, { password, queues, now, agents: new Map(), members: new Map(), channels: new Set(), lines: new Set(), commands: [], loaded: true, serial: 0 });
    this.logins = 0;
    this.answerPing = true;
  }
  static async start(scene, options = {}) {
    const fs = new FreeSwitch(options);
    fs.player = await startSwitch(scene, line => fs.converse(line), options.player);
    fs.where = fs.player.where;
    return fs;
  }

  // ---- the conversation ----

  converse(line) {
    let stage = 'auth';
    line.say('Content-Type: auth/request\n\n');
    return command => {
      this.commands.push(command);
      if (this.mute) return;
      const reply = text => line.say(`Content-Type: command/reply\nReply-Text: ${text}\n\n`);
      if (stage === 'auth') {
        if (command !== `auth ${this.password}` && command !== `userauth wall@pbx.example:${this.password}`) {
          reply('-ERR invalid');
          line.say(message('text/disconnect-notice', 'Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n', 'Content-Disposition: disconnect\n'));
          line.hangUp();
          return;
        }
        this.logins++;
        stage = 'commands';
        reply('+OK accepted');
      } else if (command.startsWith('event plain ')) {
        if (this.refuseEvents) return reply('-ERR no keywords supplied');
        this.lines.add(line);
        reply('+OK event listener enabled plain');
      } else if (command.startsWith('api ')) {
        if (this.refuseApi) return reply('-ERR permission denied');
        line.say(message('api/response', this.api(command.slice(4))));
      } else {
        reply('-ERR command not found');
      }
    };
  }
  rows(columns, rows) {
    return (rows.length ? `${columns}\n${rows.map(row => `${row.join('|')}\n`).join('')}` : '') + '+OK\n';
  }
  api(command) {
    const s = ms => Math.floor((ms ?? 0) / 1000);
    if (command === 'status') return 'UP 0 years, 3 days, 2 hours\nFreeSWITCH (Version 1.10.11) is ready\n';
    if (command.startsWith('uuid_exists ')) return this.channels.has(command.slice(12)) ? 'true' : 'false';
    if (!command.startsWith('callcenter_config ') || !this.loaded) return `-ERR ${command.split(' ')[0]} Command not found!\n`;
    const what = command.slice(18);
    if (what === 'agent list')
      return this.rows(
        AGENT_COLUMNS,
        [...this.agents.values()].map(a => [a.name, 'single_box', a.uuid, a.type, a.contact, a.status, a.state, 3, a.wrapup, 10, 60, 60, s(a.bridged), s(a.ended), s(a.offered), s(a.changed), 0, a.answered, 0, 0, 0]),
      );
    if (what === 'tier list') return this.rows('queue|agent|state|level|position', [...this.agents.values()].flatMap(a => a.queues.map(q => [q, a.name, 'Ready', 1, 1])));
    if (what === 'queue list') return `${QUEUE_COLUMNS}\n${this.queues.map(q => `${q}|longest-idle-agent|local_stream://moh|queue|false|0|60|0|(null)\n`).join('')}+OK\n`;
    if (what.startsWith('queue list members ')) {
      const queue = what.slice(19);
      const rows = [...this.members.values()].filter(m => m.queue === queue);
      return this.rows(MEMBER_COLUMNS, rows.map(m => [queue, 'single_box', m.uuid, m.state === 'Abandoned' ? '' : m.call, '13800001111', 'Wang | Li', 0, s(m.joined), s(m.rejoined), s(m.bridged), s(m.abandoned), 0, 0, m.agent ?? '', '', m.state]));
    }
    return '-ERR Invalid!\n';
  }

  // ---- events ----

  say(text) {
    for (const line of this.lines) {
      if (line.closed) this.lines.delete(line);
      else line.say(text);
    }
  }
  event(name, headers, at = this.now()) {
    const all = {
      'Event-Name': name,
      'Core-UUID': '5d2b5a3e-0000-4000-8000-000000000001',
      'FreeSWITCH-Hostname': 'pbx',
      'Event-Date-Timestamp': `${Math.round(at)}${String(this.serial % 1000).padStart(3, '0')}`,
      'Event-Sequence': String(++this.serial),
      ...headers,
    };
    this.say(message('text/event-plain', Object.entries(all).map(([key, value]) => `${key}: ${escape(String(value))}\n`).join('') + '\n'));
  }
  cc(action, headers, at) {
    this.event('CUSTOM', { 'Event-Subclass': 'callcenter::info', 'CC-Action': action, ...headers }, at);
  }
  count(queue, at) {
    const count = [...this.members.values()].filter(m => m.queue === queue && /Waiting|Trying/.test(m.state)).length;
    this.cc('members-count', { 'CC-Queue': queue, 'CC-Count': count, 'CC-Selection': 'Single-Queue' }, at);
  }

  // ---- agents ----

  agent(name, { queues = this.queues, status = 'Available', wrapup = 0, type = 'callback', uuid = '' } = {}) {
    this.agents.set(name, { name, queues, status, wrapup, type, uuid, contact: `[leg_timeout=10]user/${name}@pbx.example|user/${name}b`, state: 'Waiting', answered: 0, ended: 0, offered: 0, bridged: 0, changed: this.now() });
  }
  status(name, status, at = this.now()) {
    Object.assign(this.agents.get(name), { status, changed: at });
    this.cc('agent-status-change', { 'CC-Agent': name, 'CC-Agent-Status': status }, at);
  }
  state(name, state, at = this.now()) {
    this.agents.get(name).state = state;
    this.cc('agent-state-change', { 'CC-Agent': name, 'CC-Agent-State': state }, at);
  }

  // ---- calls ----

  caller(m) {
    return { 'CC-Queue': m.queue, 'CC-Member-UUID': m.uuid, 'CC-Member-Session-UUID': m.call, 'CC-Member-CID-Name': '王小明', 'CC-Member-CID-Number': '13800001111' };
  }
  join(call, queue = this.queues[0], at = this.now(), more = {}) {
    const m = { call, queue, uuid: `m-${call}-${queue}`, state: 'Waiting', joined: at };
    this.members.set(call, m);
    this.channels.add(call);
    this.cc('member-queue-start', { ...NOISE, ...CHANNEL.waiting, ...this.caller(m), ...more }, at);
    this.count(queue, at);
  }
  offer(call, name, at = this.now()) {
    const [m, a] = [this.members.get(call), this.agents.get(name)];
    Object.assign(m, { state: 'Trying', agent: name });
    a.offered = at;
    this.state(name, 'Receiving', at);
    this.cc('agent-offering', { ...this.caller(m), 'CC-Agent': name, 'CC-Agent-Type': a.type, 'CC-Agent-System': 'single_box' }, at);
  }
  fail(call, name, cause = 'NO_ANSWER', at = this.now()) {
    const m = this.members.get(call);
    if (m) Object.assign(m, { state: 'Waiting', agent: '' });
    this.cc('bridge-agent-fail', { ...this.caller(m ?? { call, uuid: `m-${call}`, queue: this.queues[0] }), 'CC-Hangup-Cause': cause, 'CC-Agent': name, 'CC-Agent-Aborted-Time': Math.floor(at / 1000) }, at);
    this.state(name, 'Waiting', at);
  }
  answer(call, name, at = this.now()) {
    const [m, a] = [this.members.get(call), this.agents.get(name)];
    const leg = a.type === 'uuid-standby' ? a.uuid : `leg-${call}-${name}`;
    this.channels.add(leg);
    this.cc('bridge-agent-start', { ...NOISE, ...CHANNEL.waiting, ...this.caller(m), 'CC-Agent': name, 'CC-Agent-UUID': leg, 'CC-Agent-Called-Time': Math.floor(a.offered / 1000), 'CC-Agent-Answered-Time': Math.floor(at / 1000), 'CC-Member-Joined-Time': Math.floor(m.joined / 1000) }, at);
    Object.assign(m, { state: 'Answered', agent: name, bridged: at, leg });
    Object.assign(a, { uuid: leg, bridged: at, answered: a.answered + 1 });
    this.state(name, 'In a queue call', at);
    this.count(m.queue, at);
  }
  hold(call, is = true, at = this.now()) {
    this.event(is ? 'CHANNEL_HOLD' : 'CHANNEL_UNHOLD', { ...NOISE, ...CHANNEL.waiting, 'Unique-ID': this.members.get(call).leg }, at);
  }
  /** by: 'caller', 'agent', or 'transfer': the caller's channel lives on. */
  end(call, by = 'caller', at = this.now()) {
    const m = this.members.get(call);
    const a = this.agents.get(m.agent);
    const times = { 'CC-Agent-Answered-Time': Math.floor(m.bridged / 1000), 'CC-Member-Joined-Time': Math.floor(m.joined / 1000) };
    const leg = { 'CC-Agent': a.name, 'CC-Agent-System': 'single_box', 'CC-Agent-UUID': m.leg, ...times };
    this.cc('bridge-agent-end', { ...NOISE, ...CHANNEL.gone, variable_sip_hangup_disposition: by === 'agent' ? 'recv_bye' : 'send_bye', ...this.caller(m), ...leg, 'CC-Agent-Bridged': 'true', 'CC-Bridge-Terminated-Time': Math.floor(at / 1000) }, at);
    Object.assign(a, { ended: at, uuid: a.type === 'uuid-standby' ? a.uuid : '' });
    this.members.delete(call);
    if (a.type !== 'uuid-standby') this.channels.delete(m.leg);
    if (by !== 'transfer') this.channels.delete(call);
    const channel = by === 'transfer' ? { ...CHANNEL.waiting, 'Channel-State': 'CS_ROUTING', variable_transfer_history: `${at}:x:bl_xfer:2000/default/XML` } : { ...CHANNEL.gone, variable_sip_hangup_disposition: by === 'caller' ? 'recv_bye' : 'send_bye' };
    this.cc('member-queue-end', { ...NOISE, ...channel, ...this.caller(m), ...leg, 'CC-Cause': 'Terminated', 'CC-Member-Leaving-Time': Math.floor(at / 1000) }, at);
    this.state(a.name, a.status === 'Available (On Demand)' ? 'Idle' : 'Waiting', at);
  }
  /** The caller leaves the queue: 'hangup', 'break', or a reason of mod_callcenter. */
  leave(call, how = 'hangup', at = this.now()) {
    const m = this.members.get(call);
    const rung = m.state === 'Trying' ? m.agent : '';
    Object.assign(m, { state: 'Abandoned', abandoned: at, agent: '' });
    if (how === 'hangup') this.channels.delete(call);
    const reason = how === 'hangup' || how === 'break' ? 'BREAK_OUT' : how;
    this.cc('member-queue-end', { ...NOISE, ...(how === 'hangup' ? CHANNEL.gone : CHANNEL.waiting), ...this.caller(m), 'CC-Cause': 'Cancel', 'CC-Cancel-Reason': reason, 'CC-Member-Joined-Time': Math.floor(m.joined / 1000), 'CC-Member-Leaving-Time': Math.floor(at / 1000) }, at);
    this.count(m.queue, at);
    if (rung) this.fail(call, rung, 'ORIGINATOR_CANCEL', at);
    this.members.delete(call);
  }

  // ---- the module and the program ----

  /** What mod_callcenter does with its tables as it is loaded: nobody is told of it. */
  resetTables() {
    for (const a of this.agents.values()) Object.assign(a, { state: 'Waiting', uuid: '' });
    for (const m of this.members.values()) Object.assign(m, { state: 'Abandoned', agent: '' });
  }
  unload() {
    this.loaded = false;
    this.event('MODULE_UNLOAD', { type: 'application', name: 'callcenter' });
  }
  load() {
    this.loaded = true;
    this.resetTables();
    this.event('MODULE_LOAD', { type: 'api', name: 'callcenter_config' });
    this.event('MODULE_LOAD', { type: 'application', name: 'callcenter', key: 'mod_callcenter' });
  }
  /** The program ends: connections are told so, channels are gone. */
  async stop() {
    for (const line of this.player.lines) line.say(message('text/disconnect-notice', 'Disconnected, goodbye.\n'));
    await Promise.all(this.player.lines.map(line => line.queue));
    await this.player.stop('fin');
    this.lines.clear();
    this.channels.clear();
    this.resetTables();
    this.members.clear();
  }
  start() {
    return this.player.start();
  }
}
