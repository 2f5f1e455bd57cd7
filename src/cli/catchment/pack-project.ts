import { glob, readFile, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { zipSync } from "fflate";
import { CommandError, exitCodes, wrongUsage } from "./command-error.ts";

/** What dbt makes, and what only looks like models: tools' folders. */
const LEFT_BEHIND = /^(target|logs|venv|env|node_modules|__pycache__)$|^\./;

/** The dbt project of a folder as a zip archive. Throws when there is none, or one that cannot be read. */
export async function packProject(folder: string): Promise<Uint8Array<ArrayBuffer>> {
  if (!(await isFile(join(folder, "dbt_project.yml")))) {
    throw wrongUsage(`There is no dbt_project.yml in ${folder}: name the folder of a dbt project.`);
  }
  const files: Record<string, Uint8Array> = {};
  const exclude = ({ name }: { name: string }) => LEFT_BEHIND.test(name);
  for await (const entry of glob("**/*", { cwd: folder, exclude, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files[path.slice(join(folder, sep).length).replaceAll(sep, "/")] = await readBytes(path);
  }
  return zipSync(files);
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new CommandError(exitCodes.failed, `${path} cannot be read.`, { cause });
  }
}

const isFile = (path: string) =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
