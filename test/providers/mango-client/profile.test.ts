import assert from 'node:assert/strict';
import { PbxError } from '../../../lib/model';
import { CERTAINTY, certaintyOf } from '../../../lib/providers/mango-client/certainty';
import { DEFAULT_PROFILE } from '../../../lib/providers/mango-client/profile';
import { profileOf } from '../../../lib/providers/mango-client/profile-merge';
import { settingsOf } from '../../../lib/providers/mango-client/settings';
import { OTHER_PROFILE } from './bench';

/** Names of all entries, `methods.route.verb`. */
function entries(value: unknown, name = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [name];
  return Object.entries(value).flatMap(([key, inner]) => entries(inner, name ? `${name}.${key}` : key));
}

describe('mango-client: the wire profile', () => {
  it('says of every entry how sure it is', () => {
    for (const entry of entries(DEFAULT_PROFILE))
      assert.ok(
        Object.keys(CERTAINTY).some((key) => {
          const pattern = new RegExp(`^${key.replaceAll('.', '\\.').replace('*', '[^.]+')}(?:\\.|$)`);
          return pattern.test(entry);
        }),
        `${entry} has no certainty`,
      );
  });

  it('names nothing in its certainties that is not there', () => {
    for (const key of Object.keys(CERTAINTY)) {
      const pattern = new RegExp(`^${key.replaceAll('.', '\\.').replace('*', '[^.]+')}(?:\\.|$)`);
      const inProfile = [...entries(DEFAULT_PROFILE), 'methods.x.constant'];
      assert.ok(
        inProfile.some((entry) => pattern.test(entry)),
        `${key} is no entry of the profile`,
      );
    }
  });

  it('calls documented only what the overview states', () => {
    for (const entry of ['routeKeys.ivr', 'result.drained', 'methods.route.paths', 'call.groupDisconnect'])
      assert.equal(certaintyOf(entry), 'documented', entry);
    for (const entry of ['token.place', 'answer.channel', 'envelope.payload', 'methods.transfer.parameters.call'])
      assert.equal(certaintyOf(entry), 'unknown', entry);
  });

  it('is the default where nothing is corrected', () => {
    for (const nothing of ['', undefined, null, '{}', {}])
      assert.deepEqual(profileOf(nothing, 'Office'), DEFAULT_PROFILE);
  });

  it('takes corrections into any depth and leaves the rest', () => {
    const profile = profileOf(JSON.stringify(OTHER_PROFILE), 'Office');
    assert.deepEqual(profile.token, { place: 'query', name: 'access_key', prefix: '' });
    assert.deepEqual(profile.methods.register.parameters, { user: 'abonent', limit: 'limit' });
    assert.deepEqual(profile.methods.register.paths, DEFAULT_PROFILE.methods.register.paths);
    assert.deepEqual(profile.result.code, ['answer.status']);
    assert.equal(DEFAULT_PROFILE.token.place, 'header');
  });

  const slips: [string, RegExp][] = [
    ['{"tokn": {}}', /profile: tokn is not known; here are token, body/],
    ['{"methods": {"route": {"pth": "/x"}}}', /methods\.route\.pth is not known; here are paths, verb/],
    ['{"methods": {"route": {"paths": "x"}}}', /methods\.route\.paths must begin with a slash/],
    ['{"methods": {"route": {"verb": "PUT"}}}', /methods\.route\.verb must be one of GET, POST/],
    ['{"methods": {"route": {"parameters": {"call": 5}}}}', /methods\.route\.parameters\.call must be a text/],
    ['{"token": {"place": "cookie"}}', /token\.place must be one of header, query, body/],
    ['{"token": {"name": ""}}', /token\.name must not be empty/],
    ['{"token": {"name": "x\\r\\ny: z"}}', /token\.name must be a text/],
    ['{"token": "abc"}', /token must be an object/],
    ['{"drain": {"limit": 0}}', /drain\.limit must be a number from 1 to 10000/],
    ['{"call": {"id": []}}', /call\.id must be a text or a list of texts/],
    ['{"__proto__": {"token": 1}}', /__proto__ is not known/],
    ['[]', /it must be an object/],
    ['{"token"', /no JSON/],
  ];
  for (const [text, expected] of slips)
    it(`names the slip in ${text}`, () => {
      assert.throws(
        () => profileOf(text, 'Office'),
        (error) => error instanceof PbxError && error.code === 'invalid-argument' && expected.test(error.message),
      );
    });

  it('extensions may be parted by commas, blanks or semicolons, and come once each', () => {
    const { extensions } = settingsOf({ extensions: ' 101,102; 103 101' }, 'Office');
    assert.deepEqual(extensions, ['101', '102', '103']);
    assert.throws(() => settingsOf({ extensions: '101, reception' }, 'Office'), /"reception" is no extension/);
  });
});
