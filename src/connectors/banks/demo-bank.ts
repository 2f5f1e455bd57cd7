import { defineRecipe, type RecipeInput } from "./recipe.ts";

const login: RecipeInput["login"] = [
  { do: "open", description: "Open the login page", path: "/login" },
  { do: "fill", description: "Enter the user name", target: { field: ["User name"] }, value: "{{username}}" },
  {
    do: "fill",
    description: "Enter the account number",
    target: { field: ["Account number"] },
    value: "{{account_number}}",
  },
  { do: "fill", description: "Enter the password", target: { field: ["Password"] }, value: "{{password}}" },
  { do: "click", description: "Log in", target: { text: ["Log in"] } },
  {
    do: "wait",
    description: "Wait for the bank's answer",
    for: [{ text: ["End the other session"] }, { field: ["One-time code"] }],
  },
  {
    do: "click",
    description: "End a session that is open elsewhere",
    target: { text: ["End the other session"] },
    optional: true,
    timeout_seconds: 1,
  },
  { do: "one_time_code", description: "Wait for the one-time code", target: { field: ["One-time code"] } },
  { do: "click", description: "Send the one-time code", target: { text: ["Confirm"] } },
  { do: "wait", description: "Wait for the overview", for: [{ css: "#accounts" }] },
];

const downloads: RecipeInput["collect"] = [
  { do: "read_table", description: "Read the accounts", target: { css: "#accounts" }, report: "accounts" },
  { do: "navigate", description: "Go to the reports", through: [{ text: ["Reports"] }, { text: ["All reports"] }] },
  {
    do: "download",
    description: "Download the transactions",
    target: { text: ["Transactions (CSV)"] },
    report: "transactions",
  },
  { do: "download", description: "Download the holdings", target: { text: ["Holdings (Excel)"] }, report: "holdings" },
  {
    do: "download",
    description: "Download the statement",
    target: { text: ["Statement (CAMT.053)"] },
    report: "statement",
  },
];

const demo = {
  base_url: "http://127.0.0.1:8100",
  login,
  refused: [{ says: ["Invalid user name or password", "Your account is locked"] }],
  code_refused: [{ says: ["The code is wrong"] }],
  log_out: [
    // From wherever collecting ended.
    { do: "open" as const, description: "Log out", path: "/overview" },
    { do: "click" as const, description: "End the session", target: { text: ["Log out"] } },
    { do: "wait" as const, description: "Wait for the end of the session", for: [{ says: ["You are signed out"] }] },
  ],
};

const reports: RecipeInput["reports"] = [
  { id: "accounts", filename: "accounts.html" },
  { id: "transactions", filename: "transactions.csv" },
  {
    id: "holdings",
    filename: "holdings.xls",
    shape: {
      skip_first_rows: 3,
      skip_last_rows: 1,
      drop_empty_columns: true,
      rename: { Ccy: "Currency" },
      add: [{ column: "Date_of_import", value: "import_date" }],
    },
  },
  { id: "statement", filename: "statement.xml" },
];

/** The bank that `npm run demo:bank` starts on this machine, without a browser. */
export const demoBank = defineRecipe({
  ...demo,
  id: "demo-bank",
  name: "Demo bank",
  runner: "http",
  collect: downloads,
  reports,
});

/** The same in a browser, which also sees the table that a script fills. */
export const demoBankBrowser = defineRecipe({
  ...demo,
  id: "demo-bank-browser",
  name: "Demo bank in a browser",
  runner: "browser",
  collect: [
    ...downloads,
    { do: "navigate", description: "Go to the positions", through: [{ text: ["Positions"] }] },
    { do: "read_table", description: "Read the positions", target: { css: "#positions" }, report: "positions" },
  ],
  reports: [...reports, { id: "positions", filename: "positions.html" }],
});
