import { z } from "zod";

const PLACEHOLDER = /\{\{(\w+)\}\}/g;
const SECRETS = ["username", "account_number", "password", "one_time_code"];
const LOOPBACK = ["127.0.0.1", "[::1]", "localhost"];

/** People see these texts, and addresses end up in logs of proxies: neither may ever carry a secret. */
const plain = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^{}]*$/, "must not hold placeholders");

const identifier = z.string().regex(/^[a-z][a-z0-9-]*$/, "must be of small letters, digits and dashes");

const words = z.array(plain).min(1);

/** What a step acts on; texts are compared without regard to case and surplus spaces, the first that is there counts. */
const target = z.union([
  z.strictObject({ css: plain }),
  /** A field of a form by its label, placeholder, accessible name or name. */
  z.strictObject({ field: words }),
  /** A link, button or item of a menu by its whole text. */
  z.strictObject({ text: words }),
]);

/** What shows that a page has come to a state: something to act on, or words anywhere on it. */
const sign = z.union([target, z.strictObject({ says: words })]);

const common = {
  /** What people read while the step runs. */
  description: plain,
  timeout_seconds: z.number().positive().max(180).default(30),
};

/** A step that is skipped where the page lacks what it acts on: dialogs that only come sometimes. */
const optional = { optional: z.boolean().default(false) };

const step = z.discriminatedUnion("do", [
  z.strictObject({ do: z.literal("open"), ...common, path: plain.regex(/^\/(?!\/)/, "must be a path") }),
  z.strictObject({ do: z.literal("fill"), ...common, ...optional, target, value: z.string().max(200) }),
  z.strictObject({ do: z.literal("click"), ...common, ...optional, target }),
  /** Waits until one of the signs is there. */
  z.strictObject({ do: z.literal("wait"), ...common, ...optional, for: z.array(sign).min(1) }),
  /** Waits for the code that the bank sends after the password, and fills it in. */
  z.strictObject({
    do: z.literal("one_time_code"),
    ...common,
    ...optional,
    target,
    value: z.literal("{{one_time_code}}").default("{{one_time_code}}"),
    wait_seconds: z.number().int().min(1).max(120).default(30),
  }),
  /** Clicks its way through menus. */
  z.strictObject({ do: z.literal("navigate"), ...common, through: z.array(target).min(1) }),
  /** Clicks what starts a download, and keeps it as the report. */
  z.strictObject({ do: z.literal("download"), ...common, target, report: identifier }),
  /** Keeps a table of the page as the report, once it has rows. */
  z.strictObject({
    do: z.literal("read_table"),
    ...common,
    target: z.strictObject({ css: plain }),
    report: identifier,
  }),
]);

/** How a report becomes a table: applied in this order. */
const shape = z.strictObject({
  /** Rows that go at the head, counted from the first of the file: a heading among them goes, too. */
  skip_first_rows: z.number().int().nonnegative().default(0),
  skip_last_rows: z.number().int().nonnegative().default(0),
  /** Columns without a single value go before names are given. */
  drop_empty_columns: z.boolean().default(false),
  /** The columns' names from left to right; without them the first row that is left is the heading. */
  columns: z.array(z.string().min(1)).min(1).optional(),
  /** Columns to call otherwise: old name to new. */
  rename: z.record(z.string(), z.string().min(1)).default({}),
  /** These go when they hold no value. */
  drop_when_empty: z.array(z.string()).default([]),
  add: z
    .array(
      z.strictObject({
        column: z.string().min(1),
        /** `import_date` is the day of the import, as ISO text. */
        value: z.literal("import_date"),
      }),
    )
    .default([]),
});

const report = z.strictObject({
  id: identifier,
  /** Under which the original is kept; a download's own name wins. */
  filename: plain.regex(/^[\w.-]+$/, "must be a plain file name"),
  shape: shape.optional(),
});

/** A bank as data: what to do on its pages, and what comes of it. */
export const recipeSchema = z
  .strictObject({
    id: identifier,
    name: plain,
    runner: z.enum(["http", "browser"]),
    base_url: z
      .url()
      .refine(isSafeAddress, "must be https, or http on this machine")
      .refine((url) => !/[?#@]|\/$/.test(url), "must be an origin, with a path at most"),
    /** Up to the first page that only a person who is signed in sees. */
    login: z.array(step).min(1),
    /** What any of these shows during the login ends it: the bank refused. */
    refused: z.array(sign).min(1),
    /** The same for the one-time code alone. */
    code_refused: z.array(sign).default([]),
    collect: z.array(step).min(1),
    /** Also tried when collecting failed: an open session locks the person out of the next. */
    log_out: z.array(step).min(1),
    reports: z.array(report).min(1),
  })
  .superRefine((recipe, issues) => {
    for (const [phase, steps] of Object.entries({
      login: recipe.login,
      collect: recipe.collect,
      log_out: recipe.log_out,
    })) {
      for (const [index, value] of steps.entries()) checkStep(value, [phase, index], issues.addIssue.bind(issues));
    }
    const passwords = recipe.login.filter(sendsPassword).length;
    if (passwords !== 1)
      issues.addIssue({ code: "custom", path: ["login"], message: "must fill in {{password}} once" });
    const known = recipe.reports.map(({ id }) => id);
    for (const [index, value] of recipe.collect.entries()) {
      if (!("report" in value) || known.includes(value.report)) continue;
      issues.addIssue({ code: "custom", path: ["collect", index, "report"], message: "is not among the reports" });
    }
  });

export type Recipe = z.infer<typeof recipeSchema>;
/** A recipe as it is written, without what has a default. */
export type RecipeInput = z.input<typeof recipeSchema>;
export type RecipeStep = z.infer<typeof step>;
export type RecipeReport = z.infer<typeof report>;
export type ReportShape = z.infer<typeof shape>;
export type Target = z.infer<typeof target>;
export type Sign = z.infer<typeof sign>;

/** Checks a recipe; throws a `ZodError` that names the path of whatever is wrong. */
export const defineRecipe = (recipe: RecipeInput): Recipe => recipeSchema.parse(recipe);

/** Whether a password may be sent there: https, or this machine itself. */
export function isSafeAddress(url: string): boolean {
  const { protocol, hostname } = URL.parse(url) ?? { protocol: "", hostname: "" };
  return protocol === "https:" || (protocol === "http:" && LOOPBACK.includes(hostname));
}

/** Whether a step puts the password where the bank's page can send it. */
export const sendsPassword = (value: RecipeStep): boolean =>
  value.do === "fill" && value.value.includes("{{password}}");

/** A step's value with the secrets in it. */
export const fillPlaceholders = (value: string, secrets: Readonly<Record<string, string>>): string =>
  value.replace(PLACEHOLDER, (_, name: string) => secrets[name] ?? "");

type AddIssue = (issue: { code: "custom"; path: (string | number)[]; message: string }) => void;

function checkStep(value: RecipeStep, path: (string | number)[], addIssue: AddIssue): void {
  const [phase] = path;
  if (value.do === "fill") {
    for (const [, name = ""] of value.value.matchAll(PLACEHOLDER)) {
      if (SECRETS.includes(name) && name !== "one_time_code") continue;
      addIssue({ code: "custom", path: [...path, "value"], message: `must not hold {{${name}}}` });
    }
    if (sendsPassword(value) && value.optional) {
      addIssue({ code: "custom", path: [...path, "optional"], message: "must not be set for the password" });
    }
  }
  if (phase === "login") return;
  if (value.do === "one_time_code" || (value.do === "fill" && value.value.includes("{{"))) {
    addIssue({ code: "custom", path: [...path, "do"], message: "may only be done in the login" });
  }
}
