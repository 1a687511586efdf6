/**
 * Signatures, both directions: SHA-256 over key + json + salt (D17, D26 section 2.4.3), no HMAC. What is hashed is the exact string that
 * stands in the form field, never an object written again.
 */

import { hash } from 'node:crypto';
import { sameDigest, sameText } from '../../transport/webhook';

export interface Keys {
  /** `vpbx_api_key`, the PBX's code. */
  apiKey: string;
  /** `vpbx_api_salt`; never sent. */
  apiSalt: string;
}

/** Lower-case hexadecimal. */
export function signatureOf(json: string, { apiKey, apiSalt }: Keys): string {
  return hash('sha256', apiKey + json + apiSalt, 'hex');
}

/** Of a recording link (D17, D26 section 3.5.2): `timestamp` as it stands in the link, in Unix seconds. */
export function linkSignatureOf(timestamp: string, recording: string, { apiKey, apiSalt }: Keys): string {
  return hash('sha256', apiKey + timestamp + recording + apiSalt, 'hex');
}

/** The fields of a request; also of the vendor's own webhooks. */
export function signedForm(json: string, keys: Keys): { vpbx_api_key: string; sign: string; json: string } {
  return { vpbx_api_key: keys.apiKey, sign: signatureOf(json, keys), json };
}

export type Verdict = 'genuine' | 'other-key' | 'forged';

/** Both comparisons take the same time wherever the texts differ. */
export function verify(form: ReadonlyMap<string, string>, json: string, keys: Keys): Verdict {
  if (!sameText(form.get('vpbx_api_key') ?? '', keys.apiKey)) return 'other-key';
  return sameDigest(form.get('sign') ?? '', signatureOf(json, keys)) ? 'genuine' : 'forged';
}
