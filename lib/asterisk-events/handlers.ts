import type { ManagerEvent } from './event';
import type { Scene } from './scene';

/** What one event changes. */
export type Handler = (scene: Scene, event: ManagerEvent) => void;
