import { badRequest } from "../../errors.ts";
import { matchesParts, readPattern } from "../../formats/wildcards.ts";

/** Braces multiply. */
const MOST_ALTERNATIVES = 100;

/**
 * Reads a pattern of paths: `**` stands for any folders, `*` for any letters of one name, `?` for one of them, `{a,b}`
 * for either. Throws 400 when braces stand for too many patterns.
 */
export function readGlob(glob: string): (path: string) => boolean {
  const alternatives = expandBraces(glob).map((pattern) => foldersOf(pattern).map(readFolder));
  return (path) => {
    const names = path.split("/");
    return alternatives.some((parts) => matchesParts(parts, names));
  };
}

/** Reads a pattern of names of which the case does not matter: `*` stands for any letters, `?` for one. */
export function readNames(pattern: string): (name: string) => boolean {
  const matches = readPattern(literalClasses(pattern.toLowerCase()));
  return (name) => matches(name.toLowerCase());
}

/** `**` before letters stands for folders and the beginning of a name, and at the end for all that is in a folder. */
const foldersOf = (pattern: string): string[] =>
  pattern
    .replaceAll(/(^|\/)\*\*(?=[^/*])/g, "$1**/*")
    .replace(/(^|\/)\*\*$/, "$1**/*")
    .split("/");

const readFolder = (folder: string) => (folder === "**" ? "any" : readPattern(literalClasses(folder)));

/** Brackets stand for themselves: they are more often part of a file's name than meant as a class. */
const literalClasses = (pattern: string) => pattern.replaceAll("[", "[[]");

function expandBraces(glob: string): string[] {
  let expanded = [""];
  for (const [text, names] of glob.matchAll(/\{([^{}]*)\}|[^{]+|\{/g)) {
    const choices = names === undefined ? [text] : names.split(",");
    if (expanded.length * choices.length > MOST_ALTERNATIVES) {
      throw badRequest(`file_glob stands for more than ${MOST_ALTERNATIVES} patterns`);
    }
    expanded = expanded.flatMap((before) => choices.map((choice) => before + choice));
  }
  return expanded;
}
