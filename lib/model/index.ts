/** The vocabulary of the package. No I/O, no imports from elsewhere. */

export * from './call';
export * from './capabilities';
export * from './commands';
export * from './errors';
export * from './events';
export * from './topics';
