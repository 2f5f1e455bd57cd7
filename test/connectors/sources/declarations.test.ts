import { describe, expect, test } from "vitest";
import { answering, type Exchange, everything, failureOf, openSource, readAll } from "./exchanges.ts";

/** Two pages of a resource, made up in the format that the service publishes. */
interface Recording {
  type: string;
  config: Record<string, unknown>;
  resource: string;
  since: string | null;
  exchanges: Exchange[];
  /** Values of `shown`, else of the primary key, by row. */
  keys: unknown[][];
  shown?: string[];
  primary_key: string[];
  cursor_field: string | null;
  /** How the service refuses a wrong key. */
  refused: { status: number; answer: unknown };
}

const recordings = Object.values(
  import.meta.glob<Recording>("../../fixtures/sources/*.synthetic.json", { eager: true, import: "default" }),
);

test("every type of the issue that is an API has a recording, but Stripe, which has a server", () => {
  expect(recordings.map(({ type }) => type).sort()).toEqual(
    [
      ...["airtable", "asana", "chess", "facebook_ads", "freshdesk", "github", "google_ads", "google_analytics"],
      ...["google_sheets", "hubspot", "jira", "matomo", "mux", "notion", "personio", "pipedrive", "salesforce"],
      ...["shopify", "slack", "strapi", "workable", "zendesk"],
    ].sort(),
  );
});

describe.for(recordings)("$type", (recording) => {
  const { type, config, resource, since, exchanges, primary_key, cursor_field, refused } = recording;

  test("asks page after page with its credentials, from where the last sync ended", async () => {
    const { io, asked } = answering(exchanges);
    const source = openSource(type, config, io);
    const rows = await readAll(source, resource, { ...everything, since });
    const names = recording.shown ?? primary_key;
    expect(rows.map((row) => names.map((name) => row[name]))).toEqual(recording.keys);
    expect(asked.map(({ request }) => request)).toEqual(exchanges.map(({ request }) => request));
    for (const [index, { headers, body }] of exchanges.entries()) {
      expect(asked[index]?.headers).toMatchObject(headers);
      if (body !== undefined) expect(asked[index]?.body).toEqual(body);
    }
  });

  test("says what identifies its rows and where the next sync goes on", async () => {
    const { io } = answering(exchanges.filter(({ request }) => !request.includes("/values/")));
    const resources = await openSource(type, config, io).resources();
    expect(resources.find(({ name }) => name === resource)).toMatchObject({ primary_key, cursor_field });
  });

  test("says that a wrong key is refused, for good and without the key", async () => {
    const tokens = exchanges.filter(
      ({ headers, answer }) => JSON.stringify(answer).includes("issued-token") && headers,
    );
    const { io } = answering([...tokens, { status: refused.status, answer: refused.answer }]);
    const failure = await failureOf(openSource(type, config, io).check());
    expect(failure).toMatchObject({ name: "AppError", status: 502, retry_after: undefined });
    expect(String(failure)).toMatch(/the credentials (are refused|may not read this) \(40[13]\)/);
    expect(String(failure)).not.toContain("value-of-");
  });
});
