/** The descriptors of all providers, asked for once: the forms, the checks and the hints follow from them. */

import type { LocalizedText, ProviderDescriptor } from '../../../lib/provider';

let known: ProviderDescriptor[] = [];
let asked: Promise<ProviderDescriptor[]> | null = null;

export function loadProviders(): Promise<ProviderDescriptor[]> {
  asked ??= fetchProviders();
  return asked;
}

/** The descriptor of a provider if it is here already; asks for it otherwise, so that it will be. */
export function providerById(id: unknown): ProviderDescriptor | undefined {
  if (known.length === 0) loadProviders().catch(() => {});
  return known.find((descriptor) => descriptor.id === id);
}

export function areProvidersKnown(): boolean {
  return known.length > 0;
}

async function fetchProviders(): Promise<ProviderDescriptor[]> {
  try {
    known = (await $.getJSON('pbx-account/providers')) as ProviderDescriptor[];
  } catch (error) {
    asked = null;
    throw error;
  }
  revalidate();
  return known;
}

/** Nodes were checked before anything was known of their providers. */
function revalidate(): void {
  RED.nodes.eachConfig(check);
  RED.nodes.eachNode(check);
  RED.view.redraw(true);
}

function check(node: PbxEditorNode): void {
  if (node.type.startsWith('pbx-')) RED.editor.validateNode(node);
}

/**
 * The language of the labels that the node's forms have: each catalog says its own. Node-RED knows only the languages of its core,
 * which has no Slovak.
 */
export function languageOf(node: PbxEditorNode): keyof LocalizedText {
  const language = node._('common.language');
  return language === 'sk' || language === 'ru' ? language : 'en-US';
}

/** The text in the language of the forms. */
export function localized(node: PbxEditorNode, text: LocalizedText): string {
  return text[languageOf(node)];
}
