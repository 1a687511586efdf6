/** One line a provider, as in the registry. */

import { mangoPlayer } from '../../providers/mango/player';
import { mangoClientPlayers } from '../../providers/mango-client/player';
import { simulatorPlayer } from '../../providers/simulator/player';
import { viptelPlayer } from '../../providers/viptel/player';
import type { Player } from '../stage';
import { asteriskPlayer } from './asterisk';
import { gravitelPlayers } from './gravitel';
import { vwellPlayer } from './vwell';

export const PLAYERS: readonly Player[] = [
  simulatorPlayer,
  asteriskPlayer('22'),
  asteriskPlayer('16'),
  viptelPlayer,
  mangoPlayer,
  ...mangoClientPlayers,
  ...gravitelPlayers,
  vwellPlayer('22'),
  vwellPlayer('16'),
];
