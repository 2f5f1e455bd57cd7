import { expect, test } from "vitest";
import { filesystem, openBucket } from "../../../src/connectors/sources/filesystem.ts";
import { answering, failureOf } from "./exchanges.ts";

const config = filesystem.config.parse({ bucket_url: "s3://acme/in box", api_url: "https://r2.example.org" });

/** In the format of https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
const page = (key: string, token: string) =>
  `<?xml version="1.0"?><ListBucketResult><Name>acme</Name><Contents><Key>${key}</Key><LastModified>2024-03-01T10:00:00.000Z</LastModified><ETag>&quot;e1&quot;</ETag><Size>12</Size></Contents>${token}</ListBucketResult>`;

const object = { key: "in box/a&b.csv", size: 12, etag: '"e1"', modified_at: Date.UTC(2024, 2, 1, 10) };

test("objects of a prefix are listed page after page, signed", async () => {
  const { io, asked } = answering([
    { answer: page("in box/a&amp;b.csv", "<NextContinuationToken>t+1</NextContinuationToken>") },
    { answer: page("in box/c.csv", "") },
  ]);
  const bucket = openBucket(config, io);
  expect(await bucket.list(null)).toEqual({ objects: [object], next: "t+1" });
  expect(await bucket.list("t+1")).toEqual({ objects: [{ ...object, key: "in box/c.csv" }], next: null });
  expect(asked.map(({ request }) => request)).toEqual([
    "GET https://r2.example.org/acme?list-type=2&max-keys=1000&prefix=in%20box%2F",
    "GET https://r2.example.org/acme?list-type=2&max-keys=1000&prefix=in%20box%2F&continuation-token=t%2B1",
  ]);
  expect(asked[0]?.headers["authorization"]).toMatch(
    /^AWS4-HMAC-SHA256 Credential=value-of-S3_ACCESS_KEY_ID\/20240601\/us-east-1\/s3\/aws4_request,/,
  );
});

test("a part of an object is read only while it is the one that was listed", async () => {
  const { io, asked } = answering([
    { answer: "part", status: 206 },
    { answer: "", status: 412 },
    { answer: "", status: 404 },
  ]);
  const bucket = openBucket(config, io);
  expect(new TextDecoder().decode((await bucket.read(object, 4, 4)) ?? undefined)).toBe("part");
  expect(asked[0]).toMatchObject({
    request: "GET https://r2.example.org/acme/in%20box/a%26b.csv",
    headers: { range: "bytes=4-7", "if-match": '"e1"' },
  });
  expect(await bucket.read(object, 0, 4)).toBeNull();
  expect(await bucket.read(object, 0, 4)).toBeNull();
});

test("a prefix is a folder, with or without its slash", () => {
  const { io } = answering([]);
  const prefixOf = (bucket_url: string) => openBucket(filesystem.config.parse({ bucket_url }), io).prefix;
  expect(["s3://acme", "s3://acme/", "s3://acme/in/2024", "s3://acme/in/2024/"].map(prefixOf)).toEqual([
    "",
    "",
    "in/2024/",
    "in/2024/",
  ]);
});

test("wrong keys are refused for good", async () => {
  const answer = "<Error><Code>InvalidAccessKeyId</Code><Message>The key does not exist.</Message></Error>";
  const { io } = answering([{ status: 403, answer }]);
  expect(await failureOf(openBucket(config, io).list(null))).toMatchObject({
    message: "S3: GET /acme: the credentials may not read this (403): The key does not exist.",
    retry_after: undefined,
  });
});
