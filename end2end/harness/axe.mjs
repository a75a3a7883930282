// axe-core in the page. It is evaluated, not added as a script: the pages' policy allows no script but their own.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Rules broken in the page, of impact serious or critical, and by what: of all rules, or of `rules` alone. */
export async function seriousViolations(page, rules) {
  await page.evaluate(source);
  const options = { resultTypes: ['violations'], ...(rules && { runOnly: rules }) };
  const { violations } = await page.evaluate((how) => globalThis.axe.run(document, how), options);
  return violations
    .filter(({ impact }) => ['serious', 'critical'].includes(impact))
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(describe).join(', ')}`);
}

const describe = ({ target, any }) => `${target} (${any[0]?.message ?? 'see the rule'})`;
