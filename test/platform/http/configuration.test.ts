import { expect, it } from "vitest";
import { configSchema } from "../../../src/config.ts";
import { register, send, sendUnder, signInAdmin } from "../auth/client.ts";

interface Setting {
  key: string;
  description: string;
  is_secret: boolean;
  is_set: boolean;
  value: string | null;
  default: string | null;
}

const path = "/admin/configuration";
const secretKeys = Object.entries(configSchema.shape)
  .filter(([, schema]) => schema.meta()?.["secret"] === true)
  .map(([key]) => key);

async function readSettings(settings: Record<string, string> = {}) {
  const response = await sendUnder(settings, "GET", path, { token: await signInAdmin() });
  expect(response.status).toBe(200);
  expect(response.headers.get("Cache-Control")).toBe("no-store");
  const text = await response.text();
  const { settings: listed } = JSON.parse(text) as { settings: Setting[] };
  return { text, find: (key: string) => listed.find((setting) => setting.key === key), listed };
}

it("refuses everybody but an admin", async () => {
  const nobody = await send("GET", path);
  expect(nobody.status).toBe(401);
  const { token } = await register("user@example.com");
  const response = await send("GET", path, { token });
  expect(response.status).toBe(403);
});

it("lists every key in its order with its line of documentation", async () => {
  const { listed } = await readSettings();
  expect(listed.map(({ key }) => key)).toEqual(Object.keys(configSchema.shape));
  expect(listed.filter(({ description }) => description === "")).toEqual([]);
});

it("tells what was given from what is the default", async () => {
  const { find } = await readSettings({ JOB_HOUR: "7", ENABLED_PROVIDERS: "gcp, aws", MAIL_FROM: "" });
  expect(find("JOB_HOUR")).toEqual({
    key: "JOB_HOUR",
    description: "Hour of the daily collection.",
    is_secret: false,
    is_set: true,
    value: "7",
    default: "18",
  });
  expect(find("ENABLED_PROVIDERS")).toMatchObject({ is_set: true, value: "gcp,aws", default: "aws,azure,gcp" });
  expect(find("JOB_MINUTE")).toMatchObject({ is_set: false, value: "0", default: "0" });
});

it("says of secrets only whether they are set", async () => {
  const keep = ["JWT_SECRET_KEY", "VAULT_KEYS", "ADMIN_PASSWORD"];
  const marked = secretKeys.filter((key) => !keep.includes(key)).map((key) => [key, `hidden-value-of-${key}`]);
  const ALERT_WEBHOOK_SECRET = `whsec_${"hidden".repeat(6)}`;
  const { text, find, listed } = await readSettings({ ...Object.fromEntries(marked), ALERT_WEBHOOK_SECRET });
  expect(text).not.toContain("hidden");
  expect(listed.filter(({ is_secret }) => is_secret).map(({ key }) => key)).toEqual(secretKeys);
  for (const key of secretKeys) expect(find(key)).toMatchObject({ is_set: true, value: null, default: null });
  const unset = await readSettings({ MAIL_API_TOKEN: "" });
  expect(unset.find("MAIL_API_TOKEN")).toMatchObject({ is_set: false, value: null });
});

it("shows no password and no query of a URL", async () => {
  const { text, find } = await readSettings({
    METABASE_URL: "https://admin:hidden-p@ss@metabase.example.org/metabase?key=hidden-key",
    EXCHANGE_URLS: JSON.stringify({
      kraken: "https://user:hidden@a.example.org",
      okx: "https://b.example.org/?t=hidden",
    }),
  });
  expect(text).not.toContain("hidden");
  expect(find("METABASE_URL")).toMatchObject({ value: "https://***@metabase.example.org/metabase?***" });
  expect(find("EXCHANGE_URLS")).toMatchObject({
    value: '{"kraken":"https://***@a.example.org","okx":"https://b.example.org/?***"}',
  });
});
