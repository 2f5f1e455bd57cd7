import { createHash } from "node:crypto";
import openapiTypes, { astToString } from "openapi-typescript";
import { factory } from "typescript";
import { readOrNull, writeIfChanged } from "../write-file.ts";

/** Writes the types of an OpenAPI document, unless they are those of the same document already: it takes seconds. */
export async function generateClientTypes(openapi: string, path: string): Promise<void> {
  const mark = `// Generated from the OpenAPI document ${createHash("sha256").update(openapi).digest("hex")}; not to be edited.\n`;
  if ((await readOrNull(path))?.startsWith(mark)) return;
  const types = await openapiTypes(openapi, {
    defaultNonNullable: false,
    transform: ({ format }) => (format === "binary" ? factory.createTypeReferenceNode("Blob") : undefined),
  });
  await writeIfChanged(path, mark + astToString(types));
}
