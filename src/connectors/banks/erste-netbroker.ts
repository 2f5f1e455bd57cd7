import { defineRecipe } from "./recipe.ts";

const columns = [
  "Instrumentum",
  "V/E",
  "Készletnap",
  "Darabszám",
  "Beker. ár",
  "Bek. árfolyamérték",
  "Bek. költség",
  "Piaci ár",
  "P&L/db HUF",
  "Bruttó P&L HUF",
  "Nettó P&L HUF",
  "Hozam %",
  "Készletcsoport",
  "Készlet ÜK",
  "Árfolyam",
  "NewCurrency",
];

/**
 * The broker of Erste in Hungary. Written after the description of its pages, with the words that they may use in
 * either language, and never run against the bank: a first run may end with "page changed: element … not found".
 */
export const ersteNetbroker = defineRecipe({
  id: "erste-netbroker",
  name: "Erste NetBroker",
  runner: "browser",
  base_url: "https://netbroker.erstebroker.hu",
  login: [
    { do: "open", description: "Open the login page", path: "/" },
    {
      do: "fill",
      description: "Enter the user name",
      target: { field: ["Felhasználónév", "Felhasználói név", "Username", "User name"] },
      value: "{{username}}",
    },
    {
      do: "fill",
      description: "Enter the account number",
      target: { field: ["Számlaszám", "Ügyfélszámla", "Account number", "Account"] },
      value: "{{account_number}}",
    },
    { do: "fill", description: "Enter the password", target: { css: "input[type=password]" }, value: "{{password}}" },
    { do: "click", description: "Log in", target: { text: ["Belépés", "Bejelentkezés", "Login", "Log in"] } },
    {
      do: "wait",
      description: "Wait for the bank's answer",
      for: [
        { text: ["Igen", "Folytatás", "Yes", "Continue"] },
        { field: ["SMS kód", "SMS jelszó", "Egyszeri jelszó", "SMS code", "One-time code"] },
      ],
    },
    {
      do: "click",
      description: "End a session that is open elsewhere",
      target: { text: ["Igen", "Folytatás", "Yes", "Continue"] },
      optional: true,
      timeout_seconds: 2,
    },
    {
      do: "one_time_code",
      description: "Wait for the one-time code",
      target: { field: ["SMS kód", "SMS jelszó", "Egyszeri jelszó", "SMS code", "One-time code"] },
    },
    { do: "click", description: "Send the one-time code", target: { text: ["Belépés", "Tovább", "OK", "Login"] } },
    { do: "wait", description: "Wait for the overview", for: [{ text: ["Riportok", "Reports"] }] },
  ],
  refused: [
    {
      says: [
        "hibás felhasználónév",
        "hibás jelszó",
        "sikertelen bejelentkezés",
        "felhasználó letiltva",
        "invalid login",
        "account is locked",
      ],
    },
  ],
  code_refused: [{ says: ["hibás sms", "érvénytelen kód", "invalid code"] }],
  collect: [
    {
      do: "navigate",
      description: "Go to the stock holdings",
      through: [
        { text: ["Jelentések", "Reports"] },
        { text: ["Riportok"] },
        { text: ["Értékpapír készlet", "Készlet", "Stock holdings"] },
      ],
    },
    {
      do: "download",
      description: "Download the holdings",
      target: { text: ["Excel export", "Exportálás Excelbe", "Excel"] },
      report: "holdings",
      timeout_seconds: 180,
    },
  ],
  log_out: [
    { do: "click", description: "Log out", target: { text: ["Kijelentkezés", "Kilépés", "Logout", "Log out"] } },
  ],
  reports: [
    {
      id: "holdings",
      filename: "Riport.xls",
      shape: {
        skip_first_rows: 6,
        skip_last_rows: 1,
        drop_empty_columns: true,
        columns,
        add: [{ column: "Date_of_import", value: "import_date" }],
      },
    },
  ],
});
