/** One line a provider, as in the registry. */

import { simulatorPlayer } from '../../providers/simulator/player';
import type { Player } from '../stage';

export const PLAYERS: readonly Player[] = [simulatorPlayer];
