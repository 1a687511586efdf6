/** What a browser spec needs: Node-RED with this package, its editor in Chromium, and what its debug nodes print. */
export { chromiumPath, Editor, EditorBrowser, type EditorOptions } from './harness-editor';
export { DebugFeed, value, type DebugEntry } from './harness-debug';
export { newUserDir, NodeRed, type FlowNode, type NodeRedOptions, type NodeRedVersion } from './harness-node-red';
export { nodeRed5 } from './harness-node-red-5';
export { installOnce, run, Unavailable } from './harness-on-demand';
export { packageJson, projectRoot } from './harness-project';
