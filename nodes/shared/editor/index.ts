/**
 * Helpers shared by all forms. The build ships this folder once, as the editor plugin `pbx-editor`; a node's
 * `editor.ts` imports from here and reaches it when a function runs, never while its type is being registered.
 */
export { accountStatus, validAccount } from './account';
export { commandForm, isEmpty } from './command-form';
export type { CommandForm, CommandInput } from './command-form';
export { eventForm, tickedEvents } from './event-form';
export { choiceNodeName, commandNodeName, eventNodeName } from './names';
export { areProvidersKnown, languageOf, loadProviders, localized, providerById } from './providers';
export { property, textProperty } from './property';
export { servedNodes } from './served';
