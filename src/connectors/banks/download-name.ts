const LONGEST = 128;

/** The name in a `Content-Disposition` header (RFC 6266), cleaned; null when there is none. */
export function readFilename(header: string | null): string | null {
  const [, encoded] = /filename\*\s*=\s*utf-8''([^;\s]+)/i.exec(header ?? "") ?? [];
  const [, quoted, bare] = /filename\s*=\s*(?:"([^"]*)"|([^;\s]+))/i.exec(header ?? "") ?? [];
  return cleanFilename(decode(encoded) ?? quoted ?? bare ?? "");
}

/** A file's name without folders and odd letters; null when nothing is left. */
export function cleanFilename(text: string): string | null {
  const name = text.split(/[/\\]/).at(-1) ?? "";
  const clean = name
    .replace(/[^\p{L}\p{N} ._()-]/gu, "_")
    .replace(/^[.\s]+/, "")
    .slice(0, LONGEST);
  return clean === "" ? null : clean;
}

function decode(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
