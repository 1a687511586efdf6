/** Which dialect an address speaks, and the address its requests go to (specification 3, 5, 6, 11.1). */

import { PbxError } from '../../model';

export type Dialect = 'L' | 'V1' | 'G1';

export const DIALECTS = ['auto', 'L', 'V1', 'G1'] as const;

const G1_HOST = 'crm.aicall.ru';

/** The address as typed, complete; people leave `https://` out. */
export function addressOf(typed: string): URL {
  const text = typed.trim();
  const complete = /^https?:\/\//i.test(text) ? text : `https://${text}`;
  if (text === '' || !URL.canParse(complete))
    throw new PbxError(
      'invalid-argument',
      'the address of the PBX is not complete: copy "address of the cloud PBX" from its web settings, for example https://company.megapbx.ru/crmapi/v1',
    );
  return new URL(complete);
}

/** `null`: the address does not tell, so the PBX must be asked. */
export function dialectOf(address: URL): Dialect | null {
  if (address.pathname.toLowerCase().endsWith('.wcgp')) return 'L';
  if (address.pathname.toLowerCase().includes('/crmapi')) return 'V1';
  return address.hostname.toLowerCase() === G1_HOST ? 'G1' : null;
}

/** L takes its address as typed when it has a path; the others have a fixed one that people paste with and without. */
export function endpointOf(address: URL, dialect: Dialect): URL {
  const url = new URL(address);
  url.search = '';
  url.hash = '';
  if (dialect === 'L') {
    if (url.pathname === '/' || /\/crmapi(?:\/v\d+)?\/?$/i.test(url.pathname)) url.pathname = '/sys/crm_api.wcgp';
    return url;
  }
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname =
    dialect === 'V1'
      ? `${path.replace(/\/sys\/[^/]*$|\/crmapi(?:\/.*)?$/i, '')}/crmapi/v1/`
      : `${path === '' ? '/v1' : path}/`;
  return url;
}
