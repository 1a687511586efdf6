/** The account form's values, checked. */

import { PbxError } from '../../model';
import type { ProviderConfig } from '../../provider';
import { silenceOf } from '../../transport/silence';
import type { Silence } from '../../transport/silence';
import { DEFAULT_SMS_URL, DEFAULT_URL } from './descriptor';

export interface Settings {
  url: string;
  username: string;
  password: string;
  restUrl: string | null;
  sms: { url: string; username: string; password: string; identity: string | null } | null;
  silence: Silence;
}

/** Throws `invalid-argument` or `unauthorized` for what cannot work. */
export function settingsOf(config: ProviderConfig, account: string): Settings {
  const text = (name: string) => {
    const value = config[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
  };
  // Blanks at the ends of a password may be meant.
  const secret = (name: string) => (typeof config[name] === 'string' ? config[name] : '');
  const url = text('url') || DEFAULT_URL;
  if (!/^wss?:\/\/[^\s/]+/.test(url) || !URL.canParse(url))
    throw new PbxError('invalid-argument', `"${account}": the WebSocket address must begin with wss://`, { account });
  const username = text('username');
  const password = secret('password');
  if (!username || !password)
    throw new PbxError('unauthorized', `"${account}": API user and password are missing.`, { account });
  const sms = { username: text('smsUsername'), password: secret('smsPassword') };
  return {
    url,
    username,
    password,
    restUrl: text('restUrl') || null,
    silence: silenceOf(config),
    sms:
      sms.username && sms.password
        ? { ...sms, url: text('smsUrl') || DEFAULT_SMS_URL, identity: text('smsIdentity') || null }
        : null,
  };
}
