import { z } from "zod";

/** A value that is kept in the vault and never shown. */
export const secret = () => z.string().min(1).max(16_384).meta({ secret: true });

export const username = () => z.string().min(1).max(256);

/** A name or an address; whether it may be reached is decided when it is connected to. */
export const host = () =>
  z
    .string()
    .max(253)
    .regex(/^(?:[\p{L}\p{N}._-]+|\[[0-9A-Fa-f:.]+\]|[0-9A-Fa-f:]+)$/u, "must be a host name or an address");

export const port = (usual: number) => z.int().min(1).max(65_535).default(usual);

/** The folder that is the root; slashes at its ends say nothing. */
export const folder = () =>
  z
    .string()
    .max(1024)
    .refine((path) => isFolderPath(path), "must be names of folders with slashes between them, without . and ..")
    .default("/")
    .describe("Folder that is harvested");

/** An http or https address without a login in it. */
export const folderUrl = () =>
  z
    .url({ protocol: /^https?$/, error: "must be a http or https address" })
    .max(2048)
    .refine((text) => {
      const url = URL.parse(text);
      return url !== null && url.username === "" && url.password === "" && url.search === "" && url.hash === "";
    }, "must not hold a login, a query or a fragment");

function isFolderPath(path: string): boolean {
  if (/[\0\r\n]/.test(path)) return false;
  return !path.split(/[/\\]/).some((segment) => segment === "." || segment === "..");
}
