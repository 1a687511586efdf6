/**
 * Node-RED's editor in a real, headless Chromium, in a chosen language and theme. It notes everything that a user would call a fault:
 * script errors, error lines on the console, answers 4xx and 5xx, and requests that leave the machine.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { flowsRun } from './harness-debug';
import type { FlowNode, NodeRed } from './harness-node-red';
import { projectRoot } from './harness-project';

export interface EditorOptions {
  /** Default `en-US`. */
  readonly language?: 'en-US' | 'sk' | 'ru';
  /** Default `light`. Node-RED 4 has no dark theme of its own and stays light. */
  readonly theme?: 'light' | 'dark';
  readonly viewport?: { readonly width: number; readonly height: number };
}

interface EditorNode {
  readonly id: string;
  readonly type: string;
  readonly valid: boolean;
  readonly validationErrors?: readonly string[];
  readonly _def: { readonly category: string };
}

/** What the page's functions below use of the editor's global object. */
declare const RED: {
  readonly nodes: {
    node(id: string): EditorNode | null;
    eachNode(visit: (node: EditorNode) => void): void;
    eachConfig(visit: (node: EditorNode) => void): void;
    import(nodes: readonly FlowNode[], options: { generateIds: boolean }): unknown;
    dirty(value: boolean): void;
  };
  readonly editor: { edit(node: EditorNode): void; editConfig(name: string, type: string, id: string): void };
  readonly view: { redraw(update: boolean): void };
  readonly workspaces: { active(): string };
  readonly actions: { invoke(action: string): void };
  readonly sidebar: { show(id: string): void; readonly help: { show(type: string): void } };
};

/** A form lies on a tray of its own; one opened from within another lies on top of it. */
const tray = '.red-ui-tray';

/** Path of an installed Chromium, or undefined. */
export function chromiumPath(): string | undefined {
  const candidates = [
    process.env['CHROMIUM_PATH'],
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ];
  return candidates.find((path) => path !== undefined && existsSync(path));
}

/** One Chromium for a suite; each editor is a window with its own storage. */
export class EditorBrowser {
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(): Promise<EditorBrowser> {
    const executablePath = chromiumPath();
    if (!executablePath) throw new Error('no Chromium found: install the package `chromium` or set CHROMIUM_PATH');
    const args = [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-sync',
    ];
    return new EditorBrowser(await chromium.launch({ executablePath, headless: true, args }));
  }

  async open(nodeRed: NodeRed, options: EditorOptions = {}): Promise<Editor> {
    const theme = options.theme ?? 'light';
    const context = await this.#browser.newContext({
      locale: options.language ?? 'en-US',
      colorScheme: theme,
      viewport: options.viewport ?? { width: 1280, height: 800 },
    });
    const page = await context.newPage();
    // Node-RED 5 takes its theme from here, not from the browser's preference.
    await page.addInitScript(`localStorage.setItem('view-dark-theme', '${theme}')`);
    const editor = new Editor(page, nodeRed.url);
    await editor.load();
    return editor;
  }

  async stop(): Promise<void> {
    await this.#browser.close();
  }
}

export class Editor {
  /** For whatever the methods below do not offer. */
  readonly page: Page;
  /** Faults noticed so far, one line each. */
  readonly problems: string[] = [];
  readonly #url: string;

  constructor(page: Page, url: string) {
    this.page = page;
    this.#url = url;
    page.on('pageerror', (error) => this.problems.push(`script error: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') this.problems.push(`console: ${message.text()} (${message.location().url})`);
    });
    page.on('response', (response) => {
      if (response.status() >= 400) this.problems.push(`${response.status()} ${response.url()}`);
    });
    page.on('request', (request) => {
      const foreign = !request.url().startsWith(url) && !/^(data|blob):/.test(request.url());
      if (foreign) this.problems.push(`request to another machine: ${request.url()}`);
    });
  }

  /** Opens the editor anew and waits until the flows are on the screen. */
  async load(): Promise<void> {
    await this.page.goto(this.#url);
    // The header appears when the flows are loaded; the progress bar on top of it goes a moment later.
    await this.page.locator('#red-ui-header-button-deploy').waitFor();
    await this.page.locator('#red-ui-loading-progress').waitFor({ state: 'hidden' });
  }

  /** Adds nodes to the workspace, not yet deployed. */
  async import(nodes: readonly FlowNode[]): Promise<void> {
    await this.page.evaluate((added) => {
      RED.nodes.import(added, { generateIds: false });
      RED.nodes.dirty(true);
      RED.view.redraw(true);
    }, nodes);
  }

  /** Id of the flow (tab) on the screen. */
  async flowId(): Promise<string> {
    return await this.page.evaluate(() => RED.workspaces.active());
  }

  /** Presses Deploy and waits until the flows run. @throws when the editor asks something first (invalid nodes, conflict) */
  async deploy(): Promise<void> {
    const answer = this.page.waitForResponse(
      (response) => new URL(response.url()).pathname.endsWith('/flows') && response.request().method() === 'POST',
    );
    const question = this.page.locator('.red-ui-notification:visible').filter({ has: this.page.locator('button') });
    const asked = question
      .first()
      .waitFor()
      .then(async () => `the editor asks: ${await question.first().innerText()}`);
    // Whichever comes first; the other one gives up when the page is closed.
    asked.catch(() => undefined);
    answer.catch(() => undefined);
    await this.page.evaluate(() => RED.actions.invoke('core:deploy-flows'));
    const outcome = await Promise.race([answer, asked]);
    if (typeof outcome === 'string') throw new Error(`deploy: ${outcome}\n${(await this.invalidNodes()).join('\n')}`);
    if (!outcome.ok()) throw new Error(`deploy: ${outcome.status()} ${await outcome.text()}`);
    const { rev } = (await outcome.json()) as { rev: string };
    await flowsRun(this.#url, rev);
  }

  /** Opens the form of a node (a config node too) and waits until it can be used. */
  async openForm(id: string): Promise<void> {
    await this.page.evaluate((wanted) => {
      const node = RED.nodes.node(wanted);
      if (!node) throw new Error(`no node ${wanted}`);
      if (node._def.category === 'config') RED.editor.editConfig('', node.type, node.id);
      else RED.editor.edit(node);
    }, id);
    await this.page.locator(`${tray} form:visible`).first().waitFor();
    await this.settled();
  }

  /** Closes the topmost form. */
  async closeForm(button: 'done' | 'cancel'): Promise<void> {
    const trays = await this.page.locator(tray).count();
    const name = button === 'done' ? 'ok' : 'cancel';
    await this.page.locator(`#node-dialog-${name}:visible, #node-config-dialog-${name}:visible`).last().click();
    await this.page.waitForFunction(`document.querySelectorAll('${tray}').length < ${trays}`);
  }

  /** Text of a node type's help as the help sidebar shows it. */
  async help(type: string): Promise<string> {
    await this.page.evaluate((wanted) => {
      RED.sidebar.show('help');
      RED.sidebar.help.show(wanted);
    }, type);
    const text = this.page.locator('.red-ui-help:visible').last();
    await text.waitFor();
    return await text.innerText();
  }

  /** Labels of this package's nodes in the palette, by type. */
  async paletteLabels(): Promise<Record<string, string>> {
    const nodes = this.page.locator('.red-ui-palette-node[data-palette-type^="pbx-"]');
    const labels: Record<string, string> = {};
    for (const node of await nodes.all()) {
      const type = await node.getAttribute('data-palette-type');
      // The palette joins words by other kinds of spaces to break lines where it wants.
      const label = (await node.locator('.red-ui-palette-label').textContent()) ?? '';
      if (type !== null) labels[type] = label.replaceAll(/\s+/g, ' ').trim();
    }
    return labels;
  }

  /** Nodes with a red triangle, and why. */
  async invalidNodes(): Promise<string[]> {
    return await this.page.evaluate(() => {
      const invalid: string[] = [];
      const visit = ({ id, type, valid, validationErrors }: EditorNode): void => {
        if (!valid) invalid.push(`${type} ${id}: ${JSON.stringify(validationErrors ?? [])}`);
      };
      RED.nodes.eachNode(visit);
      RED.nodes.eachConfig(visit);
      return invalid;
    });
  }

  /** Saves a picture as .build/screenshots/<name>.png and returns its path. */
  async screenshot(name: string): Promise<string> {
    const path = join(projectRoot, '.build', 'screenshots', `${name}.png`);
    mkdirSync(dirname(path), { recursive: true });
    await this.settled();
    await this.page.screenshot({ path });
    return path;
  }

  /** Resolves when nothing moves any more (forms and sidebars slide in). */
  async settled(): Promise<void> {
    await this.page.waitForFunction(`document.getAnimations().every(({ playState, effect }) =>
      playState !== 'running' || effect.getComputedTiming().iterations === Infinity)`);
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
