/** Past calls, from either of the vendor's two statistics. */

export { basicHistory } from './basic';
export { extendedHistory } from './extended';
export { ReadyStatistics } from './ready';
export { wishOf } from './wish';
export type { HistoryWish } from './wish';
