/** Past calls, from either of the vendor's two statistics. */

export { basicHistory } from './basic';
export { extendedHistory } from './extended';
export { ReadyStatistics } from './ready';
export { mangoWishOf } from './wish';
export type { MangoWish } from './wish';
