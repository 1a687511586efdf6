/** The account form's values, checked. */

import { PbxError } from '../../model';
import type { ProviderConfig } from '../../provider';
import { silenceOf } from '../../transport/silence';
import type { Silence } from '../../transport/silence';
import { DEFAULT_URL } from './descriptor';
import type { Profile } from './profile';
import { profileOf } from './profile-merge';

export interface Settings {
  /** Without a slash at the end. */
  url: string;
  /** Empty before the integration was created. */
  token: string;
  extensions: readonly string[];
  profile: Profile;
  silence: Silence;
}

export const MOST_EXTENSIONS = 200;

/** @throws PbxError invalid-argument, with what to correct */
export function settingsOf(config: ProviderConfig, account: string): Settings {
  const wrong = (text: string) => new PbxError('invalid-argument', `"${account}": ${text}`, { account });
  const text = (name: string) => {
    const value = config[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
  };
  const url = (text('url') || DEFAULT_URL).replace(/\/+$/, '');
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) throw wrong('the address must begin with https://');
  const extensions = extensionsOf(config['extensions'], account);
  return {
    url,
    token: text('token'),
    extensions,
    profile: profileOf(config['profile'], account),
    silence: silenceOf(config),
  };
}

/** @throws PbxError unauthorized, invalid-argument when it cannot connect yet */
export function complete(settings: Settings, account: string): Settings {
  const { token, extensions } = settings;
  if (!token)
    throw new PbxError('unauthorized', `"${account}": the key of the integration (token) is missing.`, { account });
  if (extensions.length === 0)
    throw new PbxError('invalid-argument', `"${account}": no extension is given: events come for employees only.`, {
      account,
    });
  return settings;
}

/** @throws PbxError invalid-argument when one is none */
export function extensionsOf(given: unknown, account: string): string[] {
  const text = typeof given === 'string' || typeof given === 'number' ? String(given) : '';
  const extensions = [...new Set(text.split(/[\s,;]+/).filter(Boolean))];
  const wrong = (what: string) => new PbxError('invalid-argument', `"${account}": ${what}`, { account });
  if (extensions.length > MOST_EXTENSIONS) throw wrong(`no more than ${MOST_EXTENSIONS} extensions in one account.`);
  const odd = extensions.find((extension) => !/^\d{1,20}$/.test(extension));
  if (odd !== undefined) throw wrong(`"${odd.slice(0, 30)}" is no extension: digits only, several with commas.`);
  return extensions;
}
