/**
 * "Test connection" of the form: connects with what stands in the form, without a deploy. A secret that the form left unchanged is
 * known only to the deployed account; it is used only while it goes where it went before, so that nobody can have it sent elsewhere.
 */

import { isDeepStrictEqual } from 'node:util';
import type { Node, NodeAPI } from 'node-red';
import { PbxError, providerOf, testAccount } from '../../lib/index';
import type { AccountOptions, Field, ProviderDescriptor, ProviderModule } from '../../lib/index';
import { isCredential, missing, providerConfig } from './config';
import type { AccountDef, Credentials } from './config';
import { hostsOf } from './hosts';
import { maskOf } from './log';
import type { Mask } from './log';
import { isProblem, networkOf } from './network';

/** What the editor puts into the field of a stored secret. */
export const UNCHANGED = '__PWRD__';
const TEST_WITHIN_MS = 15_000;

export interface TestRequest extends AccountDef {
  credentials?: Credentials;
}

export interface TestAnswer {
  ok: boolean;
  /** One sentence for the person at the form. */
  reason: string;
  details: unknown;
}

/** What is known of the deployed account with the id of the request. */
export interface Deployed {
  node: Node;
  def: AccountDef;
  credentials: Credentials;
}

export async function testConnection(
  RED: NodeAPI,
  providers: readonly ProviderModule[],
  request: TestRequest,
  deployed: Deployed | null,
): Promise<TestAnswer> {
  let mask: Mask = String;
  try {
    const prepared = enteredAccount(RED, providers, request, deployed);
    ({ mask } = prepared);
    const problem = missing(prepared.descriptor, prepared.options.config, prepared.options.name);
    if (problem) throw problem.error;
    const report = await testAccount(prepared.options, AbortSignal.timeout(TEST_WITHIN_MS));
    return { ok: true, reason: mask(report.summary), details: report.details ?? null };
  } catch (error) {
    return failureOf(error, mask);
  }
}

/** What is told of a failure. The PBX's own words may repeat a secret, too. */
export function failureOf(error: unknown, mask: Mask): TestAnswer {
  const { code, message, cause } = PbxError.from(error);
  const vendor = cause.vendor && { ...cause.vendor, message: cause.vendor.message && mask(cause.vendor.message) };
  return { ok: false, reason: mask(message), details: { code, vendor } };
}

export interface EnteredAccount {
  descriptor: ProviderDescriptor;
  options: AccountOptions;
  mask: Mask;
}

/** The account as it stands in the form. Throws a PbxError. */
export function enteredAccount(
  RED: NodeAPI,
  providers: readonly ProviderModule[],
  request: TestRequest,
  deployed: Deployed | null,
): EnteredAccount {
  const { descriptor } = providerOf(request.provider, providers);
  const name = request.name || descriptor.label;
  const place = deployed?.node ?? globalNode(RED);
  const form = withEnvironment(RED, place, request) as AccountDef;
  const entered = withEnvironment(RED, place, request.credentials ?? {});
  const config = providerConfig(descriptor, form, secretsOf(descriptor, form, entered, deployed));
  const network = networkOf(RED, request, hostsOf(descriptor, config));
  if (isProblem(network)) throw network.error;
  const mask = maskOf(descriptor, config, network.proxy);
  return { descriptor, options: { name, provider: request.provider, providers, config, ...network }, mask };
}

function secretsOf(
  descriptor: ProviderDescriptor,
  form: AccountDef,
  entered: Credentials,
  deployed: Deployed | null,
): Credentials {
  const credentials: Record<string, unknown> = { ...entered };
  const unchanged = descriptor.fields.filter((field) => isCredential(field) && credentials[field.name] === UNCHANGED);
  if (unchanged.length === 0) return credentials;
  if (!deployed) throw new PbxError('invalid-argument', 'deploy the account first, or enter the password again');
  if (!goesTheSameWay(descriptor, form, deployed.def))
    throw new PbxError(
      'invalid-argument',
      'the address was changed: enter the password again, since a stored one is sent only to the address it was stored for',
    );
  for (const { name } of unchanged) credentials[name] = deployed.credentials[name];
  return credentials;
}

/** Whether secrets would go the same way as those of the deployed account: same provider, address, proxy and TLS. */
function goesTheSameWay(descriptor: ProviderDescriptor, form: AccountDef, deployed: AccountDef): boolean {
  const network = (['provider', 'tls', 'proxy'] as const).every(
    (name) => (form[name] ?? '') === (deployed[name] ?? ''),
  );
  const entered = providerConfig(descriptor, form, {});
  const stored = providerConfig(descriptor, deployed, {});
  return (
    network && descriptor.fields.filter(isAddress).every(({ name }) => isDeepStrictEqual(entered[name], stored[name]))
  );
}

/** Fields that say where a request goes; a JSON field may hold addresses too. */
function isAddress(field: Field): boolean {
  if (isCredential(field)) return false;
  return field.type === 'url' || field.type === 'json' || /host|port|url|address/i.test(field.name);
}

/** `${NAME}` as Node-RED itself would fill it in at a deploy: with the variables of the flows that `place` stands in. */
function withEnvironment(RED: NodeAPI, place: Node | null, values: Credentials): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const found = typeof value === 'string' ? /^\$(?:\{(\S+)\}|\((\S+)\))$/.exec(value) : null;
      const variable = found?.[1] ?? found?.[2];
      return [name, variable ? (RED.util.evaluateNodeProperty(variable, 'env', place as Node, {}) as unknown) : value];
    }),
  );
}

/** The node that holds the variables of all flows: an account that is not deployed yet sees those. */
function globalNode(RED: NodeAPI): Node | null {
  let id = '';
  RED.nodes.eachNode((def) => {
    if (def.type === 'global-config') ({ id } = def);
  });
  return id ? RED.nodes.getNode(id) : null;
}
