// The Dockerfile and the compose file, where no engine runs: what they name is there, and the commands in them are run for real.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { assert, daemonPath, equal, freePort, root, startDaemon, startRedis } from '../integration/lib.mjs';

const read = file => fs.readFileSync(path.join(root, file), 'utf8');

/** [{ word, rest }] of the instructions, with their lines joined. */
const instructions = text =>
  text
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter(line => line.trim())
    .map(line => ({ word: line.split(/\s+/, 1)[0], rest: line.trim().replace(/^\S+\s*/, '') }));

const docker = instructions(read('deploy/Dockerfile'));
const all = word => docker.filter(one => one.word === word).map(one => one.rest);
const last = word => all(word).at(-1);

/** YAML as everybody else reads it. */
function yaml(file) {
  const done = spawnSync('python3', ['-c', 'import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))', path.join(root, file)], { encoding: 'utf8' });
  assert(done.status === 0, `${file}: ${done.error ?? done.stderr}`);
  return JSON.parse(done.stdout);
}

/** The folders and files that are kept out of an image, as expressions for whole paths. */
const ignored = read('deploy/Dockerfile.dockerignore')
  .split('\n')
  .filter(line => line && !line.startsWith('#'))
  .map(line => new RegExp(`^${line.replace(/[.]/g, '\\.').replace(/\*\*\//g, '(?:.*/)?').replace(/(?<!\.)\*(?!\/)/g, '[^/]*')}(?:/|$)`));

const optionsIn = args => args.filter(arg => arg.startsWith('--'));
const valueOf = (args, option) => args[args.indexOf(option) + 1];

/** That the daemon takes ARGS, with a configuration that is there. */
function accepts(args) {
  const mine = args.map(arg => (arg === '/etc/shiftwall/shiftwall.yaml' ? path.join(root, 'deploy/shiftwall.yaml') : arg));
  const done = spawnSync(daemonPath, ['--check', ...mine], { cwd: root, encoding: 'utf8' });
  equal(done.status, 0, `shiftwalld --check ${args.join(' ')}: ${done.stdout}${done.stderr}`);
}

export default {
  async 'every instruction of the Dockerfile can be followed'(scene) {
    void scene;
    const stages = new Set();
    for (const { word, rest } of docker) {
      assert(/^(FROM|WORKDIR|COPY|RUN|USER|VOLUME|EXPOSE|HEALTHCHECK|ENTRYPOINT|CMD)$/.test(word), `an instruction: ${word}`);
      const from = word === 'FROM' && /^(\S+)(?: AS (\S+))?$/.exec(rest);
      if (word === 'FROM') {
        assert(/^debian:12(-slim)?$/.test(from[1]), `${rest} is Debian 12`);
        if (from[2]) stages.add(from[2]);
      }
      if (word !== 'COPY') continue;
      const words = rest.split(/\s+/), option = words[0].startsWith('--') ? words.shift() : undefined;
      if (option) {
        assert(stages.has(/^--from=(\w+)$/.exec(option)?.[1]), `${option} is a stage before`);
        continue;
      }
      const target = words.pop();
      assert(words.length === 1 || target.endsWith('/'), `several files go to a folder: ${rest}`);
      for (const source of words) {
        assert(fs.existsSync(path.join(root, source)), `${source} is there`);
        assert(!ignored.some(expression => expression.test(source)), `${source} is not left out`);
      }
    }
    for (const made of ['web/node_modules/preact', 'web/dist/index.html', 'build/shiftwalld', '.git/HEAD'])
      assert(ignored.some(expression => expression.test(made)), `${made} stays outside`);
    // what it runs
    for (const script of all('RUN').join(' ').match(/deploy\/[a-z-]+/g)) fs.accessSync(path.join(root, script), fs.constants.X_OK);
    // what it installs
    const known = read('deploy/install-deps');
    for (const run of all('RUN'))
      for (const [, names] of run.matchAll(/apt-get install -y --no-install-recommends ([^&]+)/g))
        for (const name of names.trim().split(/\s+/))
          assert(name === '/package/*.deb' || new RegExp(`[" ]${name}[: "\n]`).test(known), `deploy/install-deps knows ${name}`);
    // what the package is built of
    const parts = /cp -R (.*) "\$tree"/.exec(read('deploy/build-deb'))[1].split(' ');
    const copied = all('COPY').flatMap(rest => rest.split(/\s+/).slice(0, -1));
    for (const part of parts) assert(copied.includes(part), `${part} is in the image that builds`);
  },

  async 'the image runs the daemon as nobody in particular, and knows how it is'(scene) {
    const user = last('USER');
    assert(read('deploy/systemd/shiftwall.sysusers').startsWith(`u ${user} `), `${user} is a user of the package`);
    const [entry, command, check] = [JSON.parse(last('ENTRYPOINT')), JSON.parse(last('CMD')), JSON.parse(/CMD (\[.*\])$/.exec(last('HEALTHCHECK'))[1])];
    equal(entry, ['shiftwalld'], 'what it runs');
    accepts(command);
    const port = last('EXPOSE');
    equal(valueOf(command, '--listen'), `0.0.0.0:${port}`, 'the port is the one exposed');
    equal(valueOf(command, '--data'), last('VOLUME'), 'the data is in the volume');
    // the health check against a real daemon, and against nobody
    const redis = await startRedis(scene);
    const daemon = await startDaemon(scene, { redis });
    const healthy = to => {
      const [program, ...args] = check.map(arg => arg.replace(`http://127.0.0.1:${port}`, to));
      assert(args.some(arg => arg.startsWith(to)), 'it asks the port exposed');
      return spawnSync(program, args, { env: { ...process.env, no_proxy: '*' } });
    };
    const well = healthy(daemon.url);
    equal(well.status, 0, `healthy: ${well.error ?? well.stderr}`);
    await redis.stop();
    equal(healthy(daemon.url).status, 0, 'a Redis that is away is no reason to start it anew');
    assert(healthy(`http://127.0.0.1:${await freePort()}`).status > 0, 'nobody there');
  },

  async 'the compose file starts a Redis that keeps, and a daemon that finds it'(scene) {
    const compose = yaml('deploy/compose.yaml');
    const { redis, shiftwall } = compose.services;
    equal(Object.keys(compose.services).sort(), ['redis', 'shiftwall'], 'the services');
    for (const [name, service] of Object.entries(compose.services)) {
      for (const volume of service.volumes) assert(volume.split(':')[0] in compose.volumes, `${name}: ${volume} is declared`);
      for (const network of service.networks) assert(network in compose.networks, `${name}: ${network} is declared`);
      for (const other of service.depends_on ?? []) assert(other in compose.services, `${name} waits for ${other}`);
      assert(service.restart === 'unless-stopped', `${name} comes back`);
    }
    equal(redis.ports, undefined, 'nobody outside reaches Redis');
    equal(compose.networks.inside.internal, true, 'nor by its network');
    const context = path.resolve(root, 'deploy', shiftwall.build.context);
    equal(context, root, 'it is built from this tree');
    assert(fs.existsSync(path.join(context, shiftwall.build.dockerfile)), 'by this file');
    const port = last('EXPOSE');
    equal(shiftwall.ports, [`${port}:${port}`], 'the port of the image');
    equal(shiftwall.volumes, [`records:${last('VOLUME')}`], 'the folder of the image');
    equal([shiftwall.read_only, shiftwall.cap_drop, shiftwall.security_opt], [true, ['ALL'], ['no-new-privileges:true']], 'with nothing it does not need');
    equal(valueOf(shiftwall.command, '--redis'), 'redis://redis:6379', 'Redis is the service of this name');
    equal(valueOf(shiftwall.command, '--listen'), `0.0.0.0:${port}`, 'and it listens at its port');
    accepts(shiftwall.command);
    assert(optionsIn(shiftwall.command).includes('--data'), 'records are kept');
    // the very command, and the check, with a real Redis
    const [program, ...args] = redis.command;
    equal(program, 'redis-server', 'what Redis runs');
    const real = await startRedis(scene, { args });
    const settings = async name => (await real.client.send('CONFIG', 'GET', name))[1];
    equal(await settings('appendonly'), 'yes', 'it keeps a log');
    equal(await settings('appendfsync'), 'always', 'on the disk before it answers');
    equal(await settings('maxmemory-policy'), 'noeviction', 'and forgets nothing by itself');
    assert(/pubsub 33554432 8388608 60/.test(await settings('client-output-buffer-limit')), 'a consumer that hangs is cut off');
    const [, checker, ...rest] = redis.healthcheck.test;
    const check = spawnSync(checker, ['-s', real.target.path, ...rest], { encoding: 'utf8' });
    equal([check.status, check.stdout], [0, 'PONG\n'], 'the check of Redis');
  },
};
