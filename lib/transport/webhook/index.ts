/** Pieces of a webhook receiver that do not depend on the vendor: reading the body, telling senders and repetitions apart. */

export { BODY_LIMIT, readForm, readJson } from './body';
export type { FormFields, Reading } from './body';
export { sameDigest, sameText } from './compare';
export { webhookPath } from './path';
export { RecentMap, RecentKeys } from './recent';
export type { RecentOptions } from './recent';
export { clientAddress, SourceList } from './source';
export { reply } from './reply';
