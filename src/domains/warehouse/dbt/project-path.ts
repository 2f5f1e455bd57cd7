import { badRequest } from "../../../errors.ts";
import { segmentProblem } from "../../../platform/storage/segments.ts";

/** Texts that a dbt project is made of. */
const EXTENSIONS = /\.(sql|yml|yaml|csv|md|txt|json|toml|py|sh|lock)$/i;
const WITHOUT_EXTENSION = /(^|\/)(LICENSE|README|CODEOWNERS)$/i;
const LONGEST_PATH = 512;
const DEEPEST = 16;

/** Why a path cannot be one of a project's file; null when it can. */
export function pathProblem(path: string): string | null {
  if (path.length > LONGEST_PATH) return `must not be longer than ${LONGEST_PATH} characters`;
  const segments = path.split("/");
  if (segments.length > DEEPEST) return `must not be deeper than ${DEEPEST} folders`;
  for (const segment of segments) {
    const problem = segmentProblem(segment);
    if (problem) return problem;
    if (segment.startsWith(".")) return "must not name hidden files";
    if (segment !== segment.trim() || /[:*?"<>|]/.test(segment)) return "must not contain characters of patterns";
  }
  if (!EXTENSIONS.test(path) && !WITHOUT_EXTENSION.test(path)) return "must be a text of a dbt project, such as .sql";
  return null;
}

/** The path in the form in which it is stored; throws 400 for one that no file of a project may have. */
export function requireProjectPath(path: string): string {
  const problem = pathProblem(path);
  if (problem) throw badRequest(`The path ${problem}`);
  return path.normalize("NFC");
}
