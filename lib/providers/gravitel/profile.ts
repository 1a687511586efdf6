/**
 * What differs between the vendors of this family beyond the dialect (specification 10): who it is by the host of the PBX, and where its
 * recordings lie.
 */

export interface VendorProfile {
  name: string;
  /** Hosts of its tenants end so. */
  domains: readonly string[];
  /** Hosts besides the tenant's own that may see the key: its storage of recordings. */
  recordHosts: readonly string[];
  /** Whether the key is sent for recordings; where they are open to all it is not. */
  recordKey: boolean;
}

const OTHER: VendorProfile = { name: 'PBX', domains: [], recordHosts: [], recordKey: true };

export const PROFILES: readonly VendorProfile[] = [
  {
    name: 'Gravitel',
    domains: ['gravitel.ru', 'aicall.ru'],
    recordHosts: ['records.aicall.ru'],
    recordKey: true,
  },
  { name: 'MegaFon', domains: ['megapbx.ru', 'megafon.ru'], recordHosts: [], recordKey: true },
  { name: 'Kcell', domains: ['vpbx.kcell.kz'], recordHosts: ['records.vpbx.kcell.kz'], recordKey: true },
  { name: 'Moldcell', domains: ['pbx.moldcell.md'], recordHosts: [], recordKey: false },
  { name: 'MTT Exolve', domains: ['vats.exolve.ru'], recordHosts: [], recordKey: true },
  { name: 'Telroi', domains: ['telroi.com'], recordHosts: [], recordKey: true },
  { name: 'Mediateka', domains: ['sip.uz'], recordHosts: [], recordKey: true },
];

export function profileOf(host: string): VendorProfile {
  const name = host.toLowerCase();
  return PROFILES.find(({ domains }) => domains.some((domain) => isBelow(name, domain))) ?? OTHER;
}

export function isBelow(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}
