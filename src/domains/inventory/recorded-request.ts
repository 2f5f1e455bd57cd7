/** What a request asks for, as one text: the same for every signature, token and order of its query. */
export async function identifyRequest(request: Request): Promise<string> {
  const url = new URL(request.url);
  url.searchParams.sort();
  const target = request.headers.get("X-Amz-Target");
  const body = new TextDecoder().decode(await request.clone().arrayBuffer());
  const parts = [request.method, `${url.host}${url.pathname}${url.search}`, target, body];
  return parts.filter(Boolean).join(" ");
}

/** Whether a request asks for an access token, which a recording has none of. */
export const asksForToken = ({ method, url }: Request): boolean =>
  method === "POST" && /^\/(token|[^/]+\/oauth2\/v2\.0\/token)$/.test(new URL(url).pathname);
