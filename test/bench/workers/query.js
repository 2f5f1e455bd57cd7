const SQL = "SELECT id, symbol, exchange, market, path, type FROM manifest WHERE symbol = ? ORDER BY id";

/** One query and its rows as JSON: the least that an answer from the database can cost. */
export default {
  async fetch(_request, env) {
    const { results } = await env.DB.withSession("first-unconstrained").prepare(SQL).bind("BTCUSDT").all();
    return Response.json(results);
  },
};
