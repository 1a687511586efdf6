/** How a scene is written down: the steps of its one call, or those of each call by the order in which they began (`-`: of no call). */

export type Story = readonly string[] | Readonly<Record<string, readonly string[]>>;

/** The caller from outside. */
export const JANA = '+421900123456';
