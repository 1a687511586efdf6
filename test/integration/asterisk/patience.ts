/** How long a test waits for what must come: long, since a machine under load is no defect. Nothing waits for time to pass. */
export const PATIENCE_MS = 45_000;
