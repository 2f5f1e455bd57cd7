import { Parser } from "htmlparser2";
import type { FolderContent } from "../walk.ts";
import { isName } from "../walk.ts";

/** Names of files and folders that the page of a folder links to; links that leave the folder are none of them. */
export async function readFolderPage(address: URL, body: AsyncIterable<Uint8Array>): Promise<FolderContent> {
  const files = new Set<string>();
  const folders = new Set<string>();
  const problems = new Set<string>();
  const take = (href: string) => {
    const link = URL.parse(href, address);
    if (!link || link.origin !== address.origin || !link.pathname.startsWith(address.pathname)) return;
    // Links that sort the page have a query and no name.
    const rest = link.pathname.slice(address.pathname.length);
    const encoded = rest.replace(/\/$/, "");
    if (encoded === "" || encoded.includes("/")) return;
    const name = decode(encoded);
    if (name === null || !isName(name)) return void problems.add(`"${encoded}" cannot be the name of a file`);
    (rest.endsWith("/") ? folders : files).add(name);
  };
  const parser = new Parser({
    onopentag: (name, { href }) => {
      if (name === "a" && href !== undefined) take(href);
    },
  });
  const decoder = new TextDecoder();
  for await (const chunk of body) parser.write(decoder.decode(chunk, { stream: true }));
  parser.end(decoder.decode());
  return {
    identity: null,
    files: [...files].map((name) => ({ name, details: null })),
    folders: [...folders],
    problems: [...problems],
  };
}

function decode(encoded: string): string | null {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null;
  }
}
