import type { ProjectFile } from "./nodes.ts";

/** The files of one package, with the folder they are in: "" for the project itself, else with a closing slash. */
export interface PackageFiles {
  folder: string;
  files: ProjectFile[];
}

const INSTALLED = /^(?:dbt_packages|dbt_modules)\/[^/]+\//;
/** What dbt writes, which a zip of a project often has in it. */
const WRITTEN = /^(?:target|logs|\.git|\.venv)\//;

/** The files of a project and of each package in its `dbt_packages`, the project first. */
export function splitPackages(files: readonly ProjectFile[]): PackageFiles[] {
  const folders = new Map<string, ProjectFile[]>([["", []]]);
  for (const file of files) {
    if (WRITTEN.test(file.path)) continue;
    const folder = INSTALLED.exec(file.path)?.[0] ?? "";
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  return Array.from(folders, ([folder, ofFolder]) => ({ folder, files: ofFolder.toSorted(byPath) }));
}

const byPath = (left: ProjectFile, right: ProjectFile) => (left.path < right.path ? -1 : 1);

/** The files below some folders of a package, each with its path from there. */
export function filesBelow({ folder, files }: PackageFiles, paths: readonly string[], ending: RegExp) {
  return files.flatMap((file) => {
    const inPackage = file.path.slice(folder.length);
    const root = paths.find((path) => inPackage.startsWith(`${path}/`));
    if (root === undefined || !ending.test(inPackage)) return [];
    return [{ ...file, inFolder: inPackage.slice(root.length + 1) }];
  });
}

/** A file below one of the folders of its package. */
export type FolderFile = ReturnType<typeof filesBelow>[number];

/** Name of a file without its folders and its ending. */
export const stemOf = (path: string) => path.slice(path.lastIndexOf("/") + 1).replace(/\.[^.]+$/, "");
