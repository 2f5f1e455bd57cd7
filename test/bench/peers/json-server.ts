import { createServer } from "node:http";
import { announce } from "./announce.ts";

const body = JSON.stringify({ status: "ok" });

/** Node's own HTTP server with one small answer and nothing else. */
const server = createServer((_request, response) => {
  response.writeHead(200, { "Content-Type": "application/json" }).end(body);
});
announce(server);
