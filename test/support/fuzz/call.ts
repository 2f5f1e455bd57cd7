/** A call that must succeed. */
export type Call = (
  token: string | null,
  method: string,
  path: string,
  body?: unknown,
) => Promise<Record<string, unknown>>;

/** Calls a server with JSON, a form, or text; throws what it answers else than a success. */
export function createCall(origin: string): Call {
  return async (token, method, path, body) => {
    const isRaw = body instanceof FormData || typeof body === "string";
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: {
        ...(token !== null && { Authorization: `Bearer ${token}` }),
        ...(typeof body === "string" && { "Content-Type": "text/plain" }),
        ...(body !== undefined && !isRaw && { "Content-Type": "application/json" }),
      },
      ...(body !== undefined && { body: isRaw ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === "" ? {} : Object(JSON.parse(text));
  };
}

/** A form with one file and some fields. */
export function formOf(name: string, content: string, fields: Record<string, string> = {}): FormData {
  const form = new FormData();
  for (const [key, value] of Object.entries(fields)) form.set(key, value);
  form.set("file", new Blob([content]), name);
  return form;
}

/** Delivers a file as an instrument's computer does. */
export async function deliver(url: string, token: string, content: string): Promise<void> {
  const Authorization = `Basic ${Buffer.from(`pc:${token}`).toString("base64")}`;
  const response = await fetch(url, { method: "PUT", headers: { Authorization }, body: content });
  if (!response.ok) throw new Error(`PUT ${url}: ${response.status} ${await response.text()}`);
}
