import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

export interface Process {
  pid: number;
  parent: number;
  /** Name of the program, cut short by the system. */
  command: string;
}

/** Every process of this machine: from /proc where there is one, since a bare Linux image has no ps. */
export function listProcesses(): Process[] {
  if (!existsSync("/proc/self/stat"))
    return parsePs(execFileSync("ps", ["-eo", "pid=,ppid=,comm="], { encoding: "utf8" }));
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readStat(name));
}

/** Whether a process of this id exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The command stands in brackets and may hold brackets itself (proc(5)). */
function readStat(pid: string): Process[] {
  try {
    const [, command = "", parent = ""] = /\((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    return [{ pid: Number(pid), parent: Number(parent), command }];
  } catch {
    return []; // It ended while we looked.
  }
}

function parsePs(text: string): Process[] {
  return text
    .trim()
    .split("\n")
    .map((line) => {
      const [pid = "", parent = "", command = ""] = line.trim().split(/\s+/, 3);
      return { pid: Number(pid), parent: Number(parent), command: command.split("/").at(-1) ?? "" };
    });
}
