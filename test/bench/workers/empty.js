const body = JSON.stringify({ status: "ok" });

/** The least a Worker can do: what it reaches is what the runtime leaves to us. */
export default {
  fetch: () => new Response(body, { headers: { "Content-Type": "application/json" } }),
};
