import type { Server } from "node:http";

/** Lets a peer listen on a free port of 127.0.0.1 and print its address, for which `startPeer` waits. */
export function announce(server: Server): void {
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    if (address !== null && typeof address === "object") console.log(`http://127.0.0.1:${address.port}`);
  });
}
