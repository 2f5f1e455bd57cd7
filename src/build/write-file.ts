import { copyFile, mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** Writes text under a name in one step, so that a reader sees the old or the new; equal text is left alone. */
export async function writeIfChanged(path: string, text: string): Promise<boolean> {
  if ((await readOrNull(path)) === text) return false;
  await replaceFile(path, (temporary) => writeFile(temporary, text));
  return true;
}

/** Copies a file unless the copy has its size and is not older. */
export async function copyIfChanged(from: string, to: string): Promise<boolean> {
  const [source, copy] = await Promise.all([stat(from), stat(to).catch(() => null)]);
  if (copy && copy.size === source.size && copy.mtimeMs >= source.mtimeMs) return false;
  await replaceFile(to, (temporary) => copyFile(from, temporary));
  return true;
}

/** The text of a file, or null when there is none. */
export function readOrNull(path: string): Promise<string | null> {
  return readFile(path, "utf8").catch(() => null);
}

async function replaceFile(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.new`;
  await write(temporary);
  await rename(temporary, path);
}
