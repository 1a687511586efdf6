/**
 * From what the flow file holds to what PbxAccount takes. Values come from forms, from hand-written flows and from environment
 * variables, so numbers may be texts and lists may be texts too.
 */

import type { NodeDef } from 'node-red';
import { PbxError } from '../../lib/index';
import type { Field, ProviderConfig, ProviderDescriptor } from '../../lib/index';
import type { Problem } from '../shared/account-node';
import { list } from '../shared/values';

export interface AccountDef extends NodeDef {
  provider: string;
  country?: string;
  dialAllow?: readonly string[] | string;
  dialDeny?: readonly string[] | string;
  dialLimit?: number | string;
  tls?: string;
  proxy?: string;
  webhookPath?: string;
  allowFrom?: readonly string[] | string;
  /** Inside a subflow: the id in the editor. Node-RED gives each instance an id of its own, a new one at each start. */
  _alias?: string;
  /** The provider's own fields. */
  [field: string]: unknown;
}

export type Credentials = Readonly<Record<string, unknown>>;

export interface Rules {
  country?: string;
  dialAllow: string[];
  dialDeny: string[];
  dialLimit?: number;
}

export function rulesOf(def: AccountDef): Rules {
  const limit = numberOf(def.dialLimit);
  return {
    ...(def.country && { country: def.country }),
    dialAllow: list(def.dialAllow),
    dialDeny: list(def.dialDeny),
    ...(limit !== undefined && { dialLimit: limit }),
  };
}

/** The provider's fields with their types and defaults, credentials among them. */
export function providerConfig(
  descriptor: ProviderDescriptor,
  def: Readonly<Record<string, unknown>>,
  credentials: Credentials,
): ProviderConfig {
  const config: Record<string, unknown> = {};
  for (const field of descriptor.fields) {
    const value = typed(field, isCredential(field) ? credentials[field.name] : def[field.name]);
    const result = value ?? field.default;
    if (result !== undefined) config[field.name] = result;
  }
  return config;
}

/** What a person must still fill in before the account can connect; `null` when nothing is missing. */
export function missing(descriptor: ProviderDescriptor, config: ProviderConfig, account: string): Problem | null {
  const empty = descriptor.fields.filter((field) => field.required && (config[field.name] ?? '') === '');
  if (empty.length === 0) return null;
  const labels = empty.map((field) => field.label['en-US']).join(', ');
  const onlyCredentials = empty.every(isCredential);
  return {
    key: onlyCredentials ? 'common.status.noCredentials' : 'common.status.incomplete',
    error: new PbxError(
      onlyCredentials ? 'unauthorized' : 'invalid-argument',
      `the account "${account}" is not complete: ${labels} missing`,
      { account, retryable: false },
    ),
  };
}

export function isCredential(field: Field): boolean {
  return Boolean(field.secret || field.credential);
}

function typed(field: Field, value: unknown): unknown {
  if (value === undefined || value === null || value === '') return undefined;
  switch (field.type) {
    case 'number':
      return numberOf(value);
    case 'boolean':
      return value === true || value === 'true';
    default:
      // Variables of a flow may be numbers; providers count on texts.
      if (typeof value === 'number') return String(value);
      return typeof value === 'string' && !field.verbatim ? value.trim() || undefined : value;
  }
}

function numberOf(value: unknown): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}
