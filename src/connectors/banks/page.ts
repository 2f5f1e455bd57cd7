import type { Sign, Target } from "./recipe.ts";

/** What came of a download. */
export interface Download {
  /** As the bank named it; null when it did not. */
  filename: string | null;
  content_type: string;
  content: Uint8Array<ArrayBuffer>;
}

/** What is put into a field of a page. */
export interface Entry {
  value: string;
  /** No picture is taken of what is personal; a secret also goes to the bank's own origin only, and in no address. */
  kind: "plain" | "personal" | "secret";
}

/**
 * The page that a recipe is at, by plain HTTP or in a browser. What acts says false or null when what it acts on is not
 * there; all of it throws a `RecipeFailure` when the bank cannot be reached, answers nonsense, or leads elsewhere.
 */
export interface BankPage {
  /** Whether what is missing may still appear by itself. */
  readonly isLive: boolean;
  /** Whether the bank still owes the page, or a part of it. */
  isLoading(): boolean;
  open(address: string, signal: AbortSignal): Promise<void>;
  shows(sign: Sign): Promise<boolean>;
  fill(target: Target, entry: Entry): Promise<boolean>;
  click(target: Target, signal: AbortSignal): Promise<boolean>;
  /** Asks for a file; what it gives settles when the file is there. */
  download(target: Target, signal: AbortSignal): Promise<{ file: Promise<Download> } | null>;
  /** The texts of a table's cells, headings first; null while it has no rows. */
  readTable(css: string): Promise<string[][] | null>;
  /** PNG of the page; null without pictures, and of a page that holds what is personal in a field. */
  screenshot(): Promise<Uint8Array<ArrayBuffer> | null>;
  close(): Promise<void>;
}

/** What a person would call it, for messages. */
export function nameOf(sign: Sign): string {
  if ("css" in sign) return sign.css;
  const [name = ""] = "field" in sign ? sign.field : "text" in sign ? sign.text : sign.says;
  return `"${name}"`;
}

/** Texts of pages are compared like this: small letters, single spaces. */
export const normalizeText = (text: string): string => text.replace(/\s+/g, " ").trim().toLowerCase();
