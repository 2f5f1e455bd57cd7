import { serverUnreachable } from "../failures.ts";
import type { FilePage, Filesystem, FilesystemIo } from "../filesystem.ts";
import { readWebFile } from "../http/read-file.ts";
import type { SendOptions } from "../http/requests.ts";
import type { S3Settings } from "../s3.ts";
import { type ListedObject, pageOfObjects } from "../object-page.ts";
import { createPartWriter } from "./parts.ts";
import { createS3Sender, readAnswer, recordsOf, type S3Sender, textOf } from "./request.ts";
import { writeObject } from "./write-object.ts";

const PAGE_SIZE = "1000";

/** The objects of a bucket below a prefix. */
export function openBucketFolder(settings: S3Settings, io: FilesystemIo): Filesystem {
  const sender = createS3Sender(settings, io);
  const folder = settings.prefix.replaceAll(/^\/+|\/+$/g, "");
  // Without the slash, it would stand for siblings too whose names only begin alike.
  const prefix = folder === "" ? "" : `${folder}/`;
  const keyOf = (path: string) => `${prefix}${path}`;
  const parts = createPartWriter(sender, keyOf);
  const send = (method: "GET" | "HEAD", path: string, options: SendOptions = {}) =>
    sender.send({ method, key: keyOf(path), headers: options.headers ?? {}, accepted: options.accepted ?? [] });
  return {
    check: async () => void (await listObjects(sender, prefix, null, "1")),
    list: (cursor) => listObjects(sender, prefix, cursor, PAGE_SIZE),
    // An object is read as it was when reading began.
    open: (path, options) => readWebFile({ name: sender.name, send, isMutable: false }, path, options),
    write: (path, content) => writeObject(sender, parts, { path, key: keyOf(path) }, content),
    parts,
    close: async () => undefined,
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html; the cursor is the last key. */
async function listObjects(sender: S3Sender, prefix: string, after: string | null, most: string): Promise<FilePage> {
  const query = { "list-type": "2", "max-keys": most, prefix, ...(after !== null && { "start-after": after }) };
  const response = await sender.send({ method: "GET", key: "", query });
  const result = readAnswer(await response.text(), "ListBucketResult");
  if (!result) throw serverUnreachable(sender.name, "the list of objects is cut or is none");
  return pageOfObjects(
    prefix,
    recordsOf(result["Contents"]).map(describeObject),
    textOf(result["IsTruncated"]) === "true",
  );
}

function describeObject(object: Record<string, unknown>): ListedObject {
  const time = Date.parse(textOf(object["LastModified"]));
  return {
    key: textOf(object["Key"]),
    size: Number(object["Size"]),
    modified_at: Number.isFinite(time) ? time : null,
    etag: textOf(object["ETag"]),
  };
}
