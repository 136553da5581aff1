// What an app is made with, and the command that starts it, from the files in its folder.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isWindows, NO_POSIX } from '../../../test/support/skips.js';
import { createWorkspace, type Workspace } from '../../../test/support/workspace.js';
import { findProject, type ProjectPlace } from './project.js';

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
});
afterEach(() => workspace.remove());

const FLASK = 'from flask import Flask\napp = Flask(__name__)\n';

/** Writes files, and returns the project in their folder. */
function find(files: Readonly<Record<string, string>>, more: Partial<ProjectPlace> = {}) {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(workspace.file(name)), { recursive: true });
    workspace.write(name, content);
  }
  const folder = workspace.path;
  return findProject({
    folder,
    checkout: undefined,
    environment: {},
    envValues: new Map(),
    platform: 'linux',
    ...more,
  });
}

function startOf(project: ReturnType<typeof find>, origin = 'http://127.0.0.1:8137') {
  const { words = [], variables = {} } = project.startAt(origin) ?? {};
  return [...Object.entries(variables).map((pair) => pair.join('=')), ...words].join(' ');
}

describe('a project of Python', () => {
  it('is a Relay checkout, started with its own Python at the port of the origin', () => {
    const checkout = { path: workspace.path, hostsKey: 'ALLOWED_HOSTS' } as const;
    const project = find({ 'manage.py': '', '.venv/bin/python': '' }, { checkout });
    expect(project.kind).toBe('relay');
    expect(startOf(project)).toBe('.venv/bin/python manage.py runserver 8137');
    expect(startOf(project, 'http://localhost:8137')).toBe('.venv/bin/python manage.py runserver 8137');
    expect(startOf(project, 'http://127.0.0.2')).toBe('.venv/bin/python manage.py runserver 127.0.0.2:80');
  });

  it('is another Django with the Python that is active or named', () => {
    const files = { 'manage.py': 'import django\n', 'env/bin/python': '', 'elsewhere/bin/python': '' };
    expect(startOf(find(files))).toBe('env/bin/python manage.py runserver 8137');
    expect(find(files).kind).toBe('django');
    const environment = { VIRTUAL_ENV: workspace.file('elsewhere') };
    expect(startOf(find(files, { environment }))).toBe('elsewhere/bin/python manage.py runserver 8137');
    const pythonPath = '/usr/bin/env';
    expect(startOf(find(files, { pythonPath }))).toBe('/usr/bin/env manage.py runserver 8137');
  });

  it.each([
    ['app.py', FLASK, 'python3 -m flask run --port 8137'],
    ['wsgi.py', 'import flask\n', 'python3 -m flask run --port 8137'],
    ['main.py', FLASK, 'python3 -m flask --app main.py run --port 8137'],
  ])('is Flask because of %s', (name, content, expected) => {
    const project = find({ [name]: content });
    expect([project.kind, startOf(project)]).toEqual(['flask', expected]);
  });

  it('is Flask because of FLASK_APP, which Flask itself reads only from the environment', () => {
    const inFile = find({}, { envValues: new Map([['FLASK_APP', 'shop:create()']]) });
    expect(startOf(inFile)).toBe('python3 -m flask --app shop:create() run --port 8137');
    expect(startOf(find({}, { environment: { FLASK_APP: 'shop' } }))).toBe(
      'python3 -m flask run --port 8137',
    );
  });

  it('has paths with slashes on Windows, and python where no environment is found', () => {
    const files = { 'manage.py': 'import django\n', '.venv/Scripts/python.exe': '' };
    const project = find(files, { platform: 'win32' });
    expect(startOf(project)).toBe('.venv/Scripts/python.exe manage.py runserver 8137');
    workspace.removeFiles(['.venv/Scripts/python.exe']);
    expect(startOf(find({}, { platform: 'win32' }))).toBe('python manage.py runserver 8137');
  });
});

const START = JSON.stringify({ scripts: { start: 'node --watch src/app.js' } });

describe('a project of Node.js', () => {
  it.each([
    ['const port = 3000;\napp.listen(port);', 3000, 'npm start'],
    ['app.listen(3001, () => {});', 3001, 'npm start'],
    ['app.listen(process.env.PORT || 3000);', 3000, 'PORT=8137 npm start'],
    ["const port = Number(process.env['PORT'] ?? '5050');", 5050, 'PORT=8137 npm start'],
    ['const { PORT = 4000 } = process.env;', 4000, 'PORT=8137 npm start'],
    ['require("./server")', undefined, 'npm start'],
  ])('has the port of its source: %s', (source, port, start) => {
    const project = find({ 'package.json': START, 'src/app.js': source });
    expect([project.kind, project.usualPort, startOf(project)]).toEqual(['node', port, start]);
  });

  it('is not told the port that it has anyway', () => {
    const project = find({ 'package.json': START, 'src/app.js': 'listen(process.env.PORT || 3000)' });
    expect(startOf(project, 'http://127.0.0.1:3000')).toBe('npm start');
  });

  it('has the port of PORT in the environment or in .env, if it reads that', () => {
    const files = { 'package.json': START, 'src/app.js': 'listen(process.env.PORT || 3000)' };
    expect(find(files, { envValues: new Map([['PORT', '4321']]) }).usualPort).toBe(4321);
    expect(find(files, { environment: { PORT: '4322' } }).usualPort).toBe(4322);
    expect(find({ 'src/app.js': 'app.listen(3000)' }, { environment: { PORT: '4322' } }).usualPort).toBe(
      3000,
    );
  });

  it.each([
    ['pnpm-lock.yaml', 'pnpm'],
    ['yarn.lock', 'yarn'],
    ['bun.lock', 'bun'],
    ['package-lock.json', 'npm'],
  ])('is started with its package manager: %s', (lock, manager) => {
    const project = find({ 'package.json': START, 'src/app.js': 'listen(3000)', [lock]: '' });
    expect(startOf(project)).toBe(`${manager} start`);
  });

  it('without a start script is the usual file that listens, and nothing else', () => {
    const none = { 'package.json': '{}', 'index.js': 'export const answer = 42;\n' };
    expect(find(none).kind).toBe('unknown');
    const project = find({ 'app.js': "app.post('/sms', reply);\napp.listen(3000);\n" });
    expect([startOf(project), project.textPath]).toEqual(['node app.js', '/sms']);
  });
});

describe('an unknown project', () => {
  it.each<Record<string, string>>([
    {},
    { 'package.json': 'not json' },
    { 'package.json': '[]' },
    { 'package.json': '{"scripts":"start"}' },
    { 'package.json': '{"scripts":{"start":1}}' },
    { 'app.py': '# flask is not imported here\n' },
    { 'manage.py': '# of another tool\n' },
  ])('is one with the files %j', (files) => {
    const project = find(files);
    expect([project.kind, project.startAt('http://127.0.0.1:8000')]).toEqual(['unknown', undefined]);
  });

  it('is one whose file is a named pipe, which nobody writes', ({ skip }) => {
    skip(isWindows, NO_POSIX);
    for (const name of ['package.json', 'app.py', 'manage.py'])
      spawnSync('mkfifo', [join(workspace.path, name)]);
    expect(find({}).kind).toBe('unknown');
  });
});
