/**
 * The editor's global `RED`, as Node-RED 4 and 5 really offer it. @types/node-red knows validators only in their
 * pre-3.0 form (no `opt`, no text as the reason) and lacks some of what the forms use, so these places are corrected here.
 */
import type {
  Nodes,
  NodeCredentials,
  NodeDef,
  NodeInstance,
  NodeProperties,
  RED as EditorClient,
  WidgetTypedInputTypeDefinition,
} from '@node-red/editor-client';

declare global {
  /** A property of a node in the flow file: its default, and whether a value is acceptable. */
  interface PbxPropertyDef<Value, Props> {
    value: Value | '';
    required?: boolean;
    /** Type name of the config node that the property points at. */
    type?: string;
    label?: string;
    /** `true`, or the reason (already translated) why the value is not acceptable. `opt` is absent in old editors. */
    validate?: (this: NodeInstance & Props, value: string, opt?: { label?: string }) => boolean | string;
  }

  type PbxNodeDef<Props extends NodeProperties, Credentials> = Omit<
    NodeDef<Props, Credentials>,
    'defaults' | 'credentials'
  > & {
    defaults: { [Name in keyof Props]: PbxPropertyDef<Props[Name], Props> };
    credentials?: NodeCredentials<Credentials>;
    /** Tooltip of the palette category (Node-RED 4.1.11 and later). */
    categoryDescription?: string;
  };

  /** A node or config node as the editor holds it. */
  interface PbxEditorNode {
    id: string;
    type: string;
    name?: string;
    valid?: boolean;
    /** Not deployed since it was changed or added. */
    changed?: boolean;
    credentials?: object;
    _(key: string, values?: Record<string, string | number>): string;
  }

  interface PbxTab {
    id: string;
    label: string;
  }

  const RED: Omit<EditorClient, 'nodes' | 'tabs' | 'editor' | 'settings' | 'clipboard' | 'popover'> & {
    nodes: Omit<Nodes, 'registerType' | 'node' | 'eachNode' | 'eachConfig' | 'getType'> & {
      registerType<Props extends NodeProperties, Credentials = undefined>(
        type: string,
        definition: PbxNodeDef<Props, Credentials>,
      ): void;
      node(id: string): PbxEditorNode | null;
      eachNode(visit: (node: PbxEditorNode) => void): void;
      eachConfig(visit: (node: PbxEditorNode) => void): void;
      getType(type: string): { paletteLabel?: string | (() => string); _?(key: string): string } | undefined;
    };
    tabs: {
      create(options: { element: JQuery; onchange: (tab: PbxTab) => void }): {
        addTab(tab: PbxTab): void;
        activateTab(id: string): void;
      };
    };
    editor: EditorClient['editor'] & { validateNode(node: PbxEditorNode): boolean };
    settings: { httpNodeRoot?: string | false; get(name: string): unknown };
    clipboard: { copyText(value: string, element?: JQuery, message?: string): boolean };
    popover: { tooltip(target: JQuery, content: string | (() => string)): unknown };
  };

  /** One entry of an auto-complete list. */
  interface PbxSuggestion {
    /** What is put into the field. */
    value: string;
    label: string;
  }

  type PbxSuggest = (typed: string, done: (found: PbxSuggestion[]) => void) => void;

  interface PbxTypedInputType extends WidgetTypedInputTypeDefinition {
    autoComplete?: PbxSuggest;
  }

  interface JQuery {
    autoComplete(options: { search: PbxSuggest; minLength?: number }): this;
  }
}
