import { serverUnreachable } from "../failures.ts";
import type { PartWriter, WrittenFile } from "../filesystem.ts";
import { readAnswer, type S3Sender, textOf } from "./request.ts";

/** Multipart uploads, https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html */
export function createPartWriter({ name, send }: S3Sender, keyOf: (path: string) => string): PartWriter {
  const malformed = () => serverUnreachable(name, "the answer is cut or is none");
  return {
    begin: async (path) => {
      const response = await send({ method: "POST", key: keyOf(path), query: { uploads: "" } });
      const upload = textOf(readAnswer(await response.text(), "InitiateMultipartUploadResult")?.["UploadId"]);
      if (upload === "") throw malformed();
      return upload;
    },
    put: async (path, upload, { number, content }) => {
      const query = { partNumber: String(number), uploadId: upload };
      const response = await send({ method: "PUT", key: keyOf(path), query, body: content });
      await response.body?.cancel();
      const tag = response.headers.get("ETag");
      if (tag === null) throw malformed();
      return tag;
    },
    complete: async (path, upload, tags) => {
      const parts = tags.map((tag, index) => {
        const quoted = tag.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
        return `<Part><PartNumber>${index + 1}</PartNumber><ETag>${quoted}</ETag></Part>`;
      });
      const body = `<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`;
      const response = await send({ method: "POST", key: keyOf(path), query: { uploadId: upload }, body });
      // A failure may come after the success of the headers; moto has a name of its own for a success.
      if (!/<CompleteMultipartUpload\w*[\s>]/.test(await response.text())) throw malformed();
      return stored({ name, send }, keyOf(path));
    },
    abort: async (path, upload) => {
      const query = { uploadId: upload };
      const response = await send({ method: "DELETE", key: keyOf(path), query, accepted: [404] });
      await response.body?.cancel();
    },
  };
}

/** What the store has under a key. */
export async function stored({ send }: S3Sender, key: string): Promise<WrittenFile> {
  const { headers } = await send({ method: "HEAD", key });
  return { size: Number(headers.get("Content-Length") ?? 0), hash: headers.get("ETag") };
}
