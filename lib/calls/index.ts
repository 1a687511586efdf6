/** The call tracker: vendor facts in, canonical calls out. */

export { CallTracker } from './tracker';
export type { TrackerOptions } from './tracker';
export type { Emission } from './emission';
export { iso, isTime, TrackedCall } from './tracked-call';
