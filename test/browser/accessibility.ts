/** axe-core over a part of the page: what keeps people from using it with a keyboard, a screen reader or weak eyes. */
import { readFileSync } from 'node:fs';
import type { Editor } from './harness';

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string | null;
    readonly help: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

const script = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** Serious and critical findings below `include`, one line each, but for those in `exclude` (what is Node-RED's own). */
export async function seriousFindings(
  { page }: Editor,
  include: string,
  exclude: readonly string[] = [],
): Promise<string[]> {
  if (!(await page.evaluate<boolean>(`'axe' in window`))) await page.evaluate(script);
  const context = JSON.stringify({ include: [include], exclude: exclude.map((selector) => [selector]) });
  const { violations } = await page.evaluate<AxeResult>(`axe.run(${context}, { resultTypes: ['violations'] })`);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(
        ({ html, failureSummary }) => `${id}: ${html.slice(0, 140)} (${(failureSummary ?? '').replaceAll('\n', ' ')})`,
      ),
    );
}
