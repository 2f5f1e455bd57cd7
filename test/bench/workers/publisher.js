/** Publishes `?count=` events on the platform's topic, one after the other, as jobs do. */
export default {
  async fetch(request, env) {
    const count = Number(new URL(request.url).searchParams.get("count"));
    const feed = env.EVENT_FEED.get(env.EVENT_FEED.idFromName("platform"));
    for (let n = 1; n <= count; n++) {
      const data = { job_id: "job_1705314600000123", status: "running", progress: n };
      await feed.publish({ type: "job.progress", domain: "market-data", owner: null, data, at: Date.now() });
    }
    return new Response(null, { status: 204 });
  },
};
