// Planning Relay's allowed hosts: which of its two settings, and which list.
import { describe, expect, it } from 'vitest';
import { planAllowedHosts } from './hosts.js';

const plan = (values: Record<string, string>, host = 'a.example') =>
  planAllowedHosts(new Map(Object.entries(values)), host);

describe('planAllowedHosts: the setting', () => {
  it.each([
    [{}, 'ALLOWED_HOSTS'],
    [{ ALLOWED_HOSTS: '' }, 'ALLOWED_HOSTS'],
    [{ ALLOWED_HOSTS: 'x', DJANGO_ALLOWED_HOST: 'y' }, 'ALLOWED_HOSTS'],
    [{ ALLOWED_HOSTS: ' ', DJANGO_ALLOWED_HOST: 'y' }, 'DJANGO_ALLOWED_HOST'],
    [{ DJANGO_ALLOWED_HOST: 'y' }, 'DJANGO_ALLOWED_HOST'],
    [{ DJANGO_ALLOWED_HOST: '' }, 'DJANGO_ALLOWED_HOST'],
    [{ ALLOWED_HOSTS: '', DJANGO_ALLOWED_HOST: '' }, 'ALLOWED_HOSTS'],
  ])('for %j it sets %s', (values, key) => {
    expect(plan(values).key).toBe(key);
  });

  it('sets the one that an older Relay knows, whatever else is set', () => {
    const values = new Map([['ALLOWED_HOSTS', 'x']]);
    expect(planAllowedHosts(values, 'a.example', 'DJANGO_ALLOWED_HOST')).toEqual({
      key: 'DJANGO_ALLOWED_HOST',
      value: 'a.example,127.0.0.1,localhost',
    });
  });
});

describe('planAllowedHosts: the list', () => {
  it.each([
    ['', 'a.example,127.0.0.1,localhost'],
    ['x', 'x,a.example,127.0.0.1,localhost'],
    [' x , localhost,,', 'x,localhost,a.example,127.0.0.1'],
    ['LocalHost,A.Example', 'LocalHost,A.Example,127.0.0.1'],
    ['localhost, 127.0.0.1 , a.example', 'localhost, 127.0.0.1 , a.example'],
    ['x, *', 'x, *'],
  ])('turns %j into %j', (before, after) => {
    expect(plan({ ALLOWED_HOSTS: before }).value).toBe(after);
  });

  it.each([
    ['.ngrok-free.app,127.0.0.1,localhost', 'abc-def.ngrok-free.app'],
    ['.ngrok-free.app,127.0.0.1,localhost', 'ngrok-free.app:443'],
    [' .NGROK-free.app , .0.0.1, .localhost', 'a.b.Ngrok-Free.app'],
    ['127.0.0.1,localhost,*', 'b.example'],
  ])('leaves %j as it is, because its wildcards let %s in', (value, host) => {
    expect(plan({ ALLOWED_HOSTS: value }, host).value).toBe(value);
  });

  it.each([
    ['.ngrok-free.app,127.0.0.1,localhost', 'ngrok-free.app.evil.example'],
    ['.ngrok-free.app,127.0.0.1,localhost', 'xngrok-free.app'],
    ['.,127.0.0.1,localhost', 'a.example'],
    ['*.ngrok-free.app,127.0.0.1,localhost', 'abc.ngrok-free.app'],
    ['ngrok-free.app,127.0.0.1,localhost', 'abc.ngrok-free.app'],
  ])('adds to %j the host %s, which it does not let in', (value, host) => {
    expect(plan({ ALLOWED_HOSTS: value }, host).value).toBe(`${value},${host}`);
  });

  it('lists a host without its port, and no host twice', () => {
    expect(plan({}, 'b.example:8443').value).toBe('b.example,127.0.0.1,localhost');
    expect(plan({}, 'localhost:8000').value).toBe('localhost,127.0.0.1');
  });
});
