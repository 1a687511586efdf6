import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { getCountries } from 'libphonenumber-js';
import { PROVIDERS } from '../../lib/index';
import { missing, providerConfig, rulesOf } from '../../nodes/pbx-account/config';
import { hostsOf } from '../../nodes/pbx-account/hosts';
import { CREDENTIALS } from '../../nodes/pbx-account/runtime';
import { list } from '../../nodes/shared/values';
import { FakePbx } from './fake-provider';

/**
 * The editor needs literal lists: which properties a flow file may hold, and which are credentials. They are written once more in
 * `editor.ts` and `form.html`; these tests keep them equal to what the providers declare.
 */
describe('the account form', () => {
  const folder = join(projectRoot(), 'nodes', 'pbx-account');
  const editor = readFileSync(join(folder, 'editor.ts'), 'utf8');
  const form = readFileSync(join(folder, 'form.html'), 'utf8');
  const properties = new Set([...editor.matchAll(/^ {4}(\w+): providerField\('(\w+)'\)/gm)].map(([, name]) => name));
  const credentials: Record<string, string | undefined> = Object.fromEntries(
    [...editor.matchAll(/^ {4}(\w+): \{ type: '(text|password)' \}/gm)].map(([, name, type]) => [name, type]),
  );

  it('gives each property its own rule', () => {
    for (const [, name, rule] of editor.matchAll(/^ {4}(\w+): providerField\('(\w+)'\)/gm)) assert.equal(name, rule);
    assert.ok(properties.size > 15);
  });

  for (const { descriptor } of PROVIDERS)
    it(`has every field of ${descriptor.label}`, () => {
      for (const { name, secret, credential } of descriptor.fields) {
        if (secret || credential)
          assert.ok(name in credentials, `"${name}" must be added to the credentials in editor.ts and runtime.ts`);
        else assert.ok(properties.has(name), `"${name}" must be added to the defaults in editor.ts`);
        if (secret) assert.equal(credentials[name], 'password', `"${name}" must never be sent to the browser`);
        assert.ok(form.includes(`id="node-config-input-${name}"`), `"${name}" needs an input in form.html`);
      }
    });

  it('hides what it stores as a secret', () => {
    for (const [name, type] of Object.entries(credentials))
      assert.match(form, new RegExp(`<input type="${type ?? ''}" id="node-config-input-${name}" ?/?>`));
  });

  it('and the runtime know the same credentials', () => {
    const runtime = Object.fromEntries(Object.entries(CREDENTIALS).map(([name, { type }]) => [name, type]));
    assert.deepEqual(credentials, runtime);
  });

  it('offers exactly the countries whose numbers can be read', () => {
    const source = readFileSync(join(folder, 'countries.editor.ts'), 'utf8');
    const offered = [...source.matchAll(/\b[A-Z]{2}\b/g)].map(([code]) => code);
    assert.deepEqual(offered, getCountries());
  });
});

describe('the settings of an account', () => {
  const { descriptor } = new FakePbx().module;

  it('lists may be lists or texts', () => {
    assert.deepEqual(list(['a', ' b ', '', 7, null]), ['a', 'b', '7']);
    assert.deepEqual(list('a, b;c\nd,,'), ['a', 'b', 'c', 'd']);
    assert.deepEqual(list(undefined), []);
    assert.deepEqual(list({}), []);
  });

  it('rules leave the defaults to the account', () => {
    const def = { id: 'a', type: 'pbx-account', name: '', z: '', provider: 'fake' };
    assert.deepEqual(rulesOf(def), { dialAllow: [], dialDeny: [] });
    assert.deepEqual(rulesOf({ ...def, country: 'SK', dialAllow: '+421*, 0*', dialDeny: ['0900*'], dialLimit: '5' }), {
      country: 'SK',
      dialAllow: ['+421*', '0*'],
      dialDeny: ['0900*'],
      dialLimit: 5,
    });
    assert.deepEqual(rulesOf({ ...def, dialLimit: 0 }).dialLimit, 0, 'no calls at all is not the default');
  });

  it('values get the type of their field', () => {
    const config = providerConfig(
      descriptor,
      { host: ' pbx ', port: '5039', context: '', other: 1 },
      { password: 'p' },
    );
    assert.deepEqual(config, { host: 'pbx', port: 5039, password: 'p' });
    assert.deepEqual(providerConfig(descriptor, { port: 'soon' }, {}), { port: 5038 });
  });

  it('a text may come from a variable that is a number', () => {
    const config = providerConfig(descriptor, { host: 7, port: 5039 }, { username: 1000, password: 4321 });
    assert.deepEqual(config, { host: '7', port: 5039, username: '1000', password: '4321' });
  });

  it('blanks at the ends of a password stay where they may be meant', () => {
    const [user, password] = [
      { name: 'user', type: 'text', credential: true, label: descriptor.label },
      { name: 'password', type: 'password', secret: true, verbatim: true, label: descriptor.label },
    ] as unknown as typeof descriptor.fields;
    const config = providerConfig(
      { ...descriptor, fields: [user, password].filter((field) => field !== undefined) },
      {},
      { user: ' jana ', password: ' p 4 ' },
    );
    assert.deepEqual(config, { user: 'jana', password: ' p 4 ' });
  });

  it('what is missing is named, and whether it is only the login', () => {
    const config = providerConfig(descriptor, { host: 'pbx' }, {});
    assert.equal(missing(descriptor, config, 'Office')?.key, 'common.status.noCredentials');
    assert.equal(missing(descriptor, {}, 'Office')?.key, 'common.status.incomplete');
    assert.match(
      missing(descriptor, {}, 'Office')?.error.message ?? '',
      /"Office" is not complete: Host, User name, Password/,
    );
    const whole = providerConfig(descriptor, { host: 'pbx' }, { username: 'u', password: 'p' });
    assert.equal(missing(descriptor, whole, 'Office'), null);
  });

  it('hosts are found in host and address fields', () => {
    const field = { label: { 'en-US': 'x', sk: 'x', ru: 'x' } };
    const fields = [
      { ...field, name: 'host', type: 'text' as const },
      { ...field, name: 'url', type: 'url' as const },
      { ...field, name: 'context', type: 'text' as const },
    ];
    const config = { host: 'pbx.example', url: 'wss://api.example:8443/x', context: 'inside' };
    assert.deepEqual(hostsOf({ ...descriptor, fields }, config), ['pbx.example', 'api.example']);
  });
});

function projectRoot(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, 'nodes', 'pbx-account', 'editor.ts'))) folder = dirname(folder);
  return folder;
}
