import fc, { type Arbitrary } from "fast-check";
import { hostile } from "./hostile.ts";
import { isRecord, type Operation } from "./operations.ts";
import { type Body, type FuzzRequest, toText } from "./fuzz-request.ts";

type Mutation = (request: FuzzRequest) => FuzzRequest;

const WRONG_TYPES = [
  "text/plain",
  "application/xml",
  "application/json; charset=utf-16",
  "multipart/form-data",
  "multipart/form-data; boundary=",
  "",
  "*/*",
  "application/x-www-form-urlencoded",
];
const BAD_TAILS = [
  "&%",
  "&%zz=1",
  "&a=%c0%ae%ff",
  "&limit=%00",
  "&=",
  "&&&",
  "?",
  "&limit=1&limit=2",
  "&cursor=%F0%9F",
  "#x",
  "&a[b]=c",
];
const BROKEN_TEXTS = [
  "",
  "{",
  "[",
  '{"a":',
  "nul",
  '"\\ud800"',
  "\u0000",
  "{}{}",
  '{"a":1,"a":2}',
  "[".repeat(20_000),
  '{"__proto__":{"x":1}}',
  "1e999",
  "\uFEFF{}",
];
const HEADERS: [string, string][] = [
  ["Range", "bytes=5-2"],
  ["Range", "bytes=-0"],
  ["Range", "bytes=0-0,2-3"],
  ["Range", "bytes=99999999999999999999-"],
  ["If-None-Match", "*"],
  ["If-None-Match", 'W/"x", "y"'],
  ["If-Range", '"x"'],
  ["Accept", "text/html"],
  ["Accept", "text/event-stream"],
  ["Accept", "application/x-nothing;q=x"],
  ["Accept-Encoding", "br;q=0, *"],
  ["Content-Encoding", "gzip"],
  ["Last-Event-ID", "-1"],
  ["Last-Event-ID", "99999999999999999999"],
  ["X-Forwarded-For", "1.1.1.1"],
  ["X-Forwarder-Key", "x"],
  ["Idempotency-Key", "same"],
  ["Origin", "https://elsewhere.example"],
  ["Origin", "null"],
  ["Cookie", "catchment_session=x; =; ;"],
];
/** One thing that makes a request wrong, or strange. */
export function mutationOf({ parameters, bodies }: Operation): Arbitrary<Mutation> {
  const queryNames = parameters.filter((parameter) => parameter.in === "query").map(({ name }) => name);
  const name = fc.constantFrom(...queryNames, "limit", "unknown");
  const mutations: { arbitrary: Arbitrary<Mutation>; weight: number }[] = [
    {
      arbitrary: fc.tuple(name, hostile).map(([key, value]) => (request) => ({
        ...request,
        query: [...request.query, [key, toText(value)]],
      })),
      weight: 4,
    },
    {
      arbitrary: fc.tuple(fc.nat(), hostile).map(
        ([at, value]) =>
          (request) =>
            changePath(request, at, toText(value)),
      ),
      weight: 2,
    },
    { arbitrary: fc.constantFrom(...BAD_TAILS).map((tail) => (request) => ({ ...request, tail })), weight: 1 },
    {
      arbitrary: fc
        .constantFrom(...HEADERS)
        .map((header) => (request) => ({ ...request, headers: [...request.headers, header] })),
      weight: 2,
    },
  ];
  if (Object.keys(bodies).length > 0) {
    mutations.push(
      {
        arbitrary: fc.tuple(fc.nat(), fc.nat({ max: 3 }), hostile).map(([at, how, value]) => (request) => ({
          ...request,
          body: changeBody(request.body, at, how, value),
        })),
        weight: 9,
      },
      {
        arbitrary: fc
          .constantFrom(...WRONG_TYPES)
          .map((type) => (request) => ({ ...request, headers: [...request.headers, ["Content-Type", type]] })),
        weight: 1,
      },
      {
        arbitrary: fc
          .constantFrom(...BROKEN_TEXTS)
          .map((text) => (request) => ({ ...request, body: { kind: "text", type: "application/json", text } })),
        weight: 1,
      },
      { arbitrary: fc.constant<Mutation>((request) => ({ ...request, body: null })), weight: 1 },
    );
  }
  return fc.oneof(...mutations);
}

function changePath(request: FuzzRequest, at: number, value: string): FuzzRequest {
  const names = Object.keys(request.path);
  const name = names[at % Math.max(1, names.length)];
  // An empty segment is another route.
  return name === undefined || value === "" ? request : { ...request, path: { ...request.path, [name]: value } };
}

function changeBody(body: Body | null, at: number, how: number, value: unknown): Body | null {
  if (body?.kind === "json") return { ...body, value: changeValue(body.value, at, how, value) };
  if (body?.kind === "form") {
    const changed = changeValue(body.value, at, how, value);
    return { ...body, value: isRecord(changed) ? changed : {} };
  }
  if (body?.kind === "multipart") {
    const fields = body.fields.map(([key, entry], index): [string, string] => [
      key,
      index === at % body.fields.length ? toText(value) : entry,
    ]);
    if (how === 0) return { ...body, fields: [...fields, ...fields] };
    return how === 1 ? { ...body, fields: fields.slice(1) } : { ...body, fields };
  }
  return body;
}

/** Changes one place of a value: replaces it, takes it away, or adds a field beside it. */
function changeValue(value: unknown, at: number, how: number, by: unknown): unknown {
  const isList = Array.isArray(value);
  if (!isList && !isRecord(value)) return by;
  const keys = Object.keys(value);
  const key = keys[at % Math.max(1, keys.length)];
  if (key === undefined) return by;
  const entry: unknown = Reflect.get(value, key);
  const next = Math.floor(at / Math.max(1, keys.length));
  const isDeeper = typeof entry === "object" && entry !== null && next % 2 === 0;
  const changed = isDeeper ? changeValue(entry, next, how, by) : by;
  if (isList) return value.map((element, index) => (String(index) === key ? changed : element));
  if (how === 0 && !isDeeper) return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
  if (how === 1 && !isDeeper) return { ...value, unknown_field: by };
  return { ...value, [key]: changed };
}
