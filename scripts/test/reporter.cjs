// Mocha's own console reporter, and besides a file with the counts, so that the parts of a run can be added up.
// Options: output=<file>, console=spec|dot
'use strict';
const { writeFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

const { EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING, EVENT_RUN_END } = Runner.constants;

module.exports = function CountingReporter(runner, options) {
  const { output, console: style } = options.reporterOptions;
  this.shown = style === 'spec' ? new reporters.Spec(runner, options) : new reporters.Dot(runner, options);
  const counts = { passed: 0, failed: 0, skipped: 0 };
  runner.on(EVENT_TEST_PASS, () => counts.passed++);
  runner.on(EVENT_TEST_FAIL, () => counts.failed++);
  runner.on(EVENT_TEST_PENDING, () => counts.skipped++);
  runner.on(EVENT_RUN_END, () => writeFileSync(output, JSON.stringify(counts)));
};
