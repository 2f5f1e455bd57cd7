import { sniffEncoding } from "../text-encoding.ts";
import { unreadable } from "./report.ts";

/** Where formats name their own encoding, within the first bytes: XML, HTML and OFX 1. */
const DECLARATIONS = [
  /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w-]+)["']/i,
  /<meta[^>]*charset\s*=\s*["']?([\w-]+)/i,
  /^CHARSET:([\w-]+)/m,
];
const DECLARED_WITHIN = 4096;
/** Controls that no text has; beside them, tab, line ends and form feed. */
// oxlint-disable-next-line no-control-regex
const BINARY = /[\u0000-\u0008\u000E-\u001A\u001C-\u001F]/;

/**
 * A report's text: by byte order mark, by the encoding that it names or that its sender names, as UTF-8, else as
 * windows-1252. Throws `unreadable` for an encoding that is unknown or not kept to, and for what is no text.
 */
export function decodeReport(bytes: Uint8Array, content_type: string): string {
  const sniffed = sniffEncoding(bytes, true);
  const declared = sniffed.startsWith("utf-16") ? null : declaredIn(bytes);
  const sent = /charset\s*=\s*"?([\w-]+)/i.exec(content_type)?.[1] ?? null;
  // Servers send UTF-8 by default, so only the text itself is held to it.
  const encoding = declared ?? (sniffed === "windows-1252" && sent !== null && !isUtf8Name(sent) ? sent : sniffed);
  const text = decode(bytes, encoding);
  if (BINARY.test(text.slice(0, DECLARED_WITHIN))) throw unreadable("it is neither text nor a spreadsheet");
  return text.replace(/^\uFEFF/, "");
}

const isUtf8Name = (name: string) => /^utf-?8$/i.test(name);

function declaredIn(bytes: Uint8Array): string | null {
  const head = new TextDecoder("windows-1252").decode(bytes.subarray(0, DECLARED_WITHIN));
  for (const declaration of DECLARATIONS) {
    const [, name] = declaration.exec(head) ?? [];
    // OFX 1 numbers the pages of Windows, and says NONE beside UNICODE.
    if (name !== undefined && name !== "NONE") return /^\d{4}$/.test(name) ? `windows-${name}` : name;
  }
  return null;
}

function decode(bytes: Uint8Array, encoding: string): string {
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  } catch {
    throw unreadable(`its encoding ${encoding.slice(0, 40)} is not known`);
  }
  try {
    return decoder.decode(bytes);
  } catch {
    throw unreadable(`it is not written in ${encoding.slice(0, 40)}`);
  }
}
