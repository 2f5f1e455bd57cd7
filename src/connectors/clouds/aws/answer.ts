import { asItem, type Item, isItem, text, valueAt } from "../json.ts";
import { decodeJson, withoutNulls } from "./json-shape.ts";
import type { AwsModel, Operation } from "./model.ts";
import { decodeXml, parseXml, textOf } from "./xml.ts";

/** Reads the body of an answer as its operation's shape says. Throws for what is not such a body. */
export function readAnswer(model: AwsModel, name: string, operation: Operation, body: string): Item {
  if (model.protocol === "json" || model.protocol === "rest-json") {
    const parsed = body === "" ? {} : withoutNulls(JSON.parse(body));
    if (!isItem(parsed)) throw new Error("no object");
    return operation.output ? asItem(decodeJson(model, operation.output, parsed)) : parsed;
  }
  const { output = "", payload, wrapper } = operation;
  // S3 answers with a bucket's policy itself.
  if (payload && !body.trimStart().startsWith("<")) return body === "" ? {} : { [payload]: body };
  const root = parseXml(body);
  if (payload) return readPayload(model, output, payload, root.node);
  if (model.protocol === "ec2" && root.name !== `${name}Response`) throw new Error(`unexpected ${root.name}`);
  if (root.name === "html") throw new Error("a web page");
  if (!wrapper) return asItem(decodeXml(model, output, root.node));
  const wrapped = asItem(root.node)[wrapper];
  if (wrapped === undefined) throw new Error(`no ${wrapper}`);
  return asItem(decodeXml(model, output, wrapped));
}

function readPayload(model: AwsModel, output: string, payload: string, node: unknown): Item {
  const member = model.shapes[output]?.members?.[payload] ?? "string";
  return { [payload]: decodeXml(model, typeof member === "string" ? member : member.shape, node) };
}

/** AWS's own code and message of an error; the status stands for a code that is not there. */
export function readError(status: number, headers: Headers, body: string): { code: string; message: string } {
  const { code, message } = body.trimStart().startsWith("<") ? readXmlError(body) : readJsonError(headers, body);
  return { code: code ?? String(status), message: message ?? "" };
}

type Reason = Record<"code" | "message", string | null>;

function readXmlError(body: string): Reason {
  try {
    const { node } = parseXml(body);
    // S3 has no element around it, EC2 has two, the others one.
    const error = valueAt(node, "Errors.Error") ?? valueAt(node, "Error") ?? node;
    const { Code, Message } = asItem(Array.isArray(error) ? error[0] : error);
    return { code: text(textOf(Code)), message: text(textOf(Message)) };
  } catch {
    return { code: null, message: null };
  }
}

function readJsonError(headers: Headers, body: string): Reason {
  let parsed: Item = {};
  try {
    parsed = asItem(JSON.parse(body));
  } catch {
    // A proxy's plain text: the header or the status says what there is to say.
  }
  const code = headers.get("x-amzn-errortype") ?? text(parsed["__type"]) ?? text(parsed["code"]);
  // Codes are written `com.amazonaws.kms#NotFoundException` and `NotFoundException:http://…`, too.
  const plain = code?.replace(/:.*$/, "").replace(/^.*#/, "") ?? null;
  return { code: plain, message: text(parsed["message"]) ?? text(parsed["Message"]) };
}
