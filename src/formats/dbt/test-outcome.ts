import type { NodeConfig, Scalar, TestOutcome, TestRow } from "./nodes.ts";

/** What the row that a test's SQL gives means, by the severity of the test. */
export function testOutcome({ severity, warn_if, error_if }: NodeConfig, row: TestRow): TestOutcome {
  const failures = Number(row.failures ?? 0);
  const found = `Got ${failures} ${failures === 1 ? "result" : "results"}`;
  if (isSet(row.should_error) && String(severity).toLowerCase() === "error") {
    return { status: "fail", failures, message: `${found}, configured to fail if ${error_if}` };
  }
  if (isSet(row.should_warn))
    return { status: "warn", failures, message: `${found}, configured to warn if ${warn_if}` };
  return { status: "pass", failures, message: null };
}

/** SQL's booleans come as numbers or as words. */
const isSet = (value: Scalar) => value !== null && value !== false && !["0", "false"].includes(String(value));
