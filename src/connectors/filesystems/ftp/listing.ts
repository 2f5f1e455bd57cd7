/** An entry of a folder; details are null where the format rounds them. */
export interface FtpEntry {
  name: string;
  kind: "file" | "folder" | "link";
  details: { size: number; modified_at: number } | null;
}

/** A line of MLSD (RFC 3659, 7.2); null for what is no entry. */
export function readFactsLine(line: string): FtpEntry | null {
  const [, facts = "", name = ""] = /^([^ ]*) (.*)$/.exec(line) ?? [];
  const known = new Map(facts.split(";").map((fact) => [fact.split("=")[0]?.toLowerCase(), fact.split("=")[1] ?? ""]));
  const type = known.get("type")?.toLowerCase() ?? "";
  const modified_at = readTime(known.get("modify") ?? "");
  if (name === "" || type === "cdir" || type === "pdir") return null;
  if (type === "dir") return { name, kind: "folder", details: null };
  if (type !== "file") return { name, kind: "link", details: null };
  const size = known.get("size");
  return { name, kind: "file", details: size && modified_at !== null ? { size: Number(size), modified_at } : null };
}

/** A line of LIST as `ls -l` writes it; times are rounded there, so that files are asked for theirs. */
export function readLongLine(line: string): FtpEntry | null {
  const columns = /^([-dl])\S+\s+\d+\s+\S+\s+\S+\s+\d+\s+\S{3}\s+\d{1,2}\s+[\d:]{4,5} (.+)$/.exec(line);
  const [, type, shown = ""] = columns ?? [];
  if (type === "-") return { name: shown, kind: "file", details: null };
  if (type === "d") return { name: shown, kind: "folder", details: null };
  return type === "l" ? { name: shown.replace(/ -> .*$/, ""), kind: "link", details: null } : null;
}

/** `YYYYMMDDHHMMSS.sss` in UTC (RFC 3659, 2.3) as milliseconds; null for what is none. */
export function readTime(text: string): number | null {
  const [, year, month, day, hour, minute, second, fraction = ""] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d+))?/.exec(text.trim()) ?? [];
  const time = Date.parse(
    `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, "0").slice(0, 3)}Z`,
  );
  return Number.isFinite(time) ? time : null;
}
