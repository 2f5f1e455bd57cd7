// Preloaded into child processes: descriptor 3 is a pipe that the parent never writes to, so its end
// means that the parent is gone, even by SIGKILL.
import { Socket } from "node:net";

const GRACE_MS = 4000;
const lifeline = new Socket({ fd: 3, readable: true, writable: false });

lifeline.on("error", stop);
lifeline.on("close", stop);
lifeline.resume();
lifeline.unref();

function stop() {
  setTimeout(endGroup, GRACE_MS).unref();
  process.kill(process.pid, "SIGTERM");
}

/** The parent made this process the leader of its group, so that what it started ends with it. */
function endGroup() {
  process.kill(process.platform === "win32" ? process.pid : -process.pid, "SIGKILL");
}
