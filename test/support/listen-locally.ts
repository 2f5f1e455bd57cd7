import type { Server } from "node:http";

export interface LocalServer {
  /** Such as `http://127.0.0.1:43210`. */
  url: string;
  /** Stops it and cuts what is still connected. */
  close(): Promise<void>;
}

/** Lets a server listen on 127.0.0.1, on any free port unless one is named. */
export async function listenLocally(server: Server, port = 0): Promise<LocalServer> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  const bound = typeof address === "object" && address ? address.port : port;
  return {
    url: `http://127.0.0.1:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
