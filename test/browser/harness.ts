/** What a browser spec needs: Node-RED with this package, its editor in Chromium, and what its debug nodes print. */
export { chromiumPath, Editor, EditorBrowser, type EditorOptions } from './harness-editor';
export { DebugFeed, value, type DebugEntry } from './harness-debug';
export { newUserDir, NodeRed, type FlowNode, type NodeRedOptions, type NodeRedVersion } from './harness-node-red';
export { nodeRed5, NodeRed5Unavailable, run } from './harness-node-red-5';
export { packageJson, projectRoot } from './harness-project';
