import { configSchema } from "../config.ts";

/** The README's table of every key that `config.ts` reads: name, default, meaning. */
export function configurationTable(): string {
  const rows = Object.entries(configSchema.shape).map(([key, schema]) => {
    const { description = "", ...meta } = schema.meta() ?? {};
    const kind = meta.secret === true ? "secret" : "var";
    return `| \`${key}\` | ${kind} | ${renderDefault(key)} | ${description.replaceAll("|", "\\|")} |`;
  });
  return ["| key | kind | default | meaning |", "|---|---|---|---|", ...rows].join("\n");
}

const defaults: Record<string, unknown> = configSchema.parse({});

function renderDefault(key: string): string {
  const value = defaults[key];
  const text = typeof value === "object" && !Array.isArray(value) ? JSON.stringify(value) : String(value);
  return ["", "{}"].includes(text) ? "empty" : `\`${text}\``;
}

/** Puts generated text between `<!-- name -->` and `<!-- /name -->`; a text without these marks stays as it is. */
export function replaceSection(text: string, name: string, content: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [start, end] = [text.indexOf(open), text.indexOf(close)];
  if (start < 0 || end < start) return text;
  return `${text.slice(0, start + open.length)}\n\n${content}\n\n${text.slice(end)}`;
}
