/** The fields of an open form, filled and read as the person at the screen has them: typed inputs, lists and boxes alike. */
import type { Locator } from 'playwright-core';
import type { Editor } from './harness';

/** Id of a field without its prefix, and what stands in it. A typed input is `[type, value]`. */
export type FieldValue = string | boolean | readonly [type: string, value: string];
export type FormValues = Readonly<Record<string, FieldValue>>;

/** The topmost form. */
export function form(editor: Editor): Locator {
  return editor.page.locator('.red-ui-tray form:visible').last();
}

export function field(editor: Editor, name: string): Locator {
  return form(editor).locator(`#node-input-${name}, #node-config-input-${name}`).first();
}

/** Runs a function (as text, since it is the page's and not ours) on the topmost form. */
async function onForm<T>(editor: Editor, source: string): Promise<T> {
  const forms = `[...document.querySelectorAll('.red-ui-tray form')].filter((one) => one.checkVisibility())`;
  return await editor.page.evaluate<T>(`(${source})(${forms}.at(-1))`);
}

export async function fill(editor: Editor, values: FormValues): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    const input = field(editor, name);
    if (typeof value === 'object') await fillTyped(editor, name, value);
    else if (typeof value === 'boolean') await input.setChecked(value);
    else if ((await input.and(editor.page.locator('select')).count()) === 1) await input.selectOption(value);
    else {
      await input.fill(value);
      await dismissSuggestions(editor);
    }
  }
}

/** What the form shows now, of the named fields. */
export async function read(editor: Editor, names: readonly string[]): Promise<Record<string, FieldValue>> {
  const values: Record<string, FieldValue> = {};
  for (const name of names) {
    values[name] = await onForm<FieldValue>(
      editor,
      `(form) => {
      const input = form.querySelector('#node-input-${name}, #node-config-input-${name}');
      if (input.type === 'checkbox') return input.checked;
      const typed = document.getElementById(input.id + 'Type');
      return typed ? [typed.value, input.value] : input.value;
    }`,
    );
  }
  return values;
}

/** Topics of the ticked boxes of an event node. */
export async function ticked(editor: Editor): Promise<string[]> {
  return await onForm<string[]>(
    editor,
    `(form) => [...form.querySelectorAll('#pbx-events input[data-topic]:checked')].map((box) => box.dataset.topic)`,
  );
}

/** As a person does it: "all events" off, which leaves none, and then these only. */
export async function tick(editor: Editor, topics: readonly string[]): Promise<void> {
  const all = form(editor).locator('.pbx-event-all input');
  await all.check();
  await all.uncheck();
  for (const topic of topics) await form(editor).locator(`#pbx-events input[data-topic="${topic}"]`).check();
}

/** Texts that do not fit into their place, and controls that reach out of the form; one line each. */
export async function overflowing(editor: Editor): Promise<string[]> {
  return await onForm<string[]>(
    editor,
    `(form) => {
    const found = [];
    const edge = form.getBoundingClientRect().right + 1;
    const shown = (selector) => [...form.querySelectorAll(selector)].filter((element) => element.checkVisibility());
    for (const element of shown('label, button, .pbx-hint, td, summary, .red-ui-tab-label, .pbx-unit')) {
      const { scrollWidth, clientWidth, textContent } = element;
      if (clientWidth > 0 && scrollWidth > clientWidth + 1)
        found.push(textContent.trim() + ': ' + scrollWidth + ' px wide in a place of ' + clientWidth);
    }
    for (const element of shown('input, select, button, .red-ui-typedInput-container')) {
      const { right } = element.getBoundingClientRect();
      if (right > edge) found.push((element.id || element.className) + ' ends at ' + right + ', the form at ' + edge);
    }
    return found;
  }`,
  );
}

/** The list below a text field would lie over the next one. */
async function dismissSuggestions(editor: Editor): Promise<void> {
  await editor.page.evaluate('document.activeElement.blur()');
  await editor.page.locator('.red-ui-autoComplete-container:visible').waitFor({ state: 'hidden' });
}

/** A value is typed where it can be; the kind of the value, and a choice out of a menu, by the widget's own method. */
async function fillTyped(editor: Editor, name: string, [type, value]: readonly [string, string]): Promise<void> {
  await call(editor, name, 'type', type);
  const input = form(editor).locator(`#node-input-${name} + .red-ui-typedInput-container .red-ui-typedInput-input`);
  if (await input.isVisible()) {
    await input.fill(value);
    await dismissSuggestions(editor);
  } else await call(editor, name, 'value', value);
}

async function call(editor: Editor, name: string, method: string, argument: string): Promise<void> {
  await editor.page.evaluate(`$('#node-input-${name}').typedInput('${method}', ${JSON.stringify(argument)})`);
}
