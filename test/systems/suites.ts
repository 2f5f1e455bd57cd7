import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { installFirebaseTools } from "../support/firebase-emulator.ts";
import { DEBIAN_PYTHON } from "./debian-python.ts";

export interface Suite {
  name: string;
  file: string;
  /** Wall time after which the suite is ended and counts as failed. */
  seconds: number;
  /** It says how fast or how big something is, so that it wants a quiet machine and is run by its name only. */
  measures?: true;
  /** Installs what the suite needs; returns why that is impossible here, or null. */
  prepare(): string | null;
}

const APT_SECONDS = 180;

const VIEWS = ["platform", "market-data", "inventory", "warehouse", "banking", "instruments"];

/** Every suite of `npm run test:systems`, in the order in which they begin. */
export const suites: Suite[] = [
  {
    name: "instruments-filesystems",
    file: "test/systems/instruments-filesystems.test.ts",
    seconds: 1800,
    prepare: () => needMoto() ?? needFileServers(),
  },
  {
    name: "instruments-kill",
    file: "test/systems/instruments-kill.test.ts",
    seconds: 900,
    prepare: () => needProgram("rclone", "rclone") ?? needProgram("xxhsum", "xxhash"),
  },
  {
    name: "fuzz",
    file: "test/systems/fuzz.test.ts",
    // As many requests as somebody asks for take as long as they take.
    seconds: process.env["FUZZ_REQUESTS"] === undefined ? 900 : 7200,
    prepare: () => (existsSync("/proc/self/net/tcp") ? null : "the debugger's port is found in /proc, which Linux has"),
  },
  {
    name: "metrics",
    file: "test/systems/metrics.test.ts",
    seconds: 300,
    prepare: () => needProgram("promtool", "prometheus"),
  },
  {
    name: "download",
    file: "test/systems/download.test.ts",
    seconds: 600,
    prepare: () => null,
  },
  {
    name: "market-data-workflow",
    file: "test/systems/market-data-workflow.test.ts",
    seconds: 600,
    prepare: () => needProgram("curl", "curl") ?? needPythonRequests(),
  },
  {
    name: "aws-inventory",
    file: "test/systems/aws-inventory.test.ts",
    seconds: 300,
    prepare: needMoto,
  },
  {
    name: "inventory-job",
    file: "test/systems/inventory-job.test.ts",
    seconds: 600,
    prepare: needMoto,
  },
  {
    name: "inventory-faults",
    file: "test/systems/inventory-faults.test.ts",
    seconds: 900,
    prepare: needMoto,
  },
  {
    name: "inventory-performance",
    file: "test/systems/inventory-performance.test.ts",
    seconds: 1800,
    measures: true,
    prepare: () =>
      needMoto() ??
      (existsSync("/proc/self/net/tcp") ? null : "the debugger's port is found in /proc, which Linux has"),
  },
  {
    name: "market-data-readme",
    file: "test/systems/market-data-readme.test.ts",
    seconds: 600,
    prepare: () => needProgram("curl", "curl"),
  },
  {
    name: "inventory-readme",
    file: "test/systems/inventory-readme.test.ts",
    seconds: 600,
    prepare: () => needProgram("curl", "curl"),
  },
  {
    name: "inventory-examples",
    file: "test/systems/inventory-examples.test.ts",
    seconds: 300,
    prepare: () => needProgram("curl", "curl") ?? needPythonRequests(),
  },
  {
    name: "warehouse-postgres",
    file: "test/systems/warehouse-postgres.test.ts",
    seconds: 900,
    prepare: needPostgres,
  },
  {
    name: "warehouse-mysql",
    file: "test/systems/warehouse-mysql.test.ts",
    seconds: 900,
    prepare: () => needProgram("mariadbd", "mariadb-server"),
  },
  {
    name: "warehouse-stripe",
    file: "test/systems/warehouse-stripe.test.ts",
    seconds: 300,
    prepare: () => null,
  },
  {
    name: "warehouse-workflow",
    file: "test/systems/warehouse-workflow.test.ts",
    seconds: 300,
    prepare: () => needProgram("curl", "curl") ?? needPythonRequests(),
  },
  {
    name: "banking-browser",
    file: "test/systems/banking-browser.test.ts",
    seconds: 600,
    prepare: () => needProgram("chromium", "chromium"),
  },
  {
    name: "instruments-push",
    file: "test/systems/instruments-push.test.ts",
    seconds: 600,
    prepare: () => (existsSync("/usr/bin/rclone") ? null : needFileServers()),
  },
  {
    name: "instruments-harvest",
    file: "test/systems/instruments-harvest.test.ts",
    seconds: 900,
    prepare: () =>
      needMoto() ?? needFileServers() ?? needProgram("smbclient", "smbclient") ?? needProgram("xxhsum", "xxhash"),
  },
  {
    name: "instruments-transfer-memory",
    file: "test/systems/instruments-transfer-memory.test.ts",
    seconds: 1200,
    measures: true,
    prepare: () =>
      (existsSync("/proc/self/net/tcp") ? null : "the debugger's port is found in /proc, which Linux has") ??
      needProgram("rclone", "rclone") ??
      needProgram("xxhsum", "xxhash"),
  },
  ...VIEWS.map((view) => ({
    name: `dashboard-${view}`,
    file: `test/systems/dashboard/${view}.test.ts`,
    seconds: 600,
    prepare: () => needProgram("chromium", "chromium"),
  })),
  {
    name: "market-data-memory",
    file: "test/systems/market-data-memory.test.ts",
    seconds: 1200,
    measures: true,
    prepare: () => (existsSync("/proc/self/net/tcp") ? null : "the debugger's port is found in /proc, which Linux has"),
  },
  {
    name: "warehouse-memory",
    file: "test/systems/warehouse-memory.test.ts",
    seconds: 1200,
    measures: true,
    prepare: () => (existsSync("/proc/self/net/tcp") ? null : "the debugger's port is found in /proc, which Linux has"),
  },
  {
    name: "pickles",
    file: "test/systems/pickles.test.ts",
    seconds: 300,
    prepare: needPandas,
  },
  {
    name: "banking-firebase",
    file: "test/systems/banking-firebase.test.ts",
    seconds: 600,
    prepare: installFirebaseTools,
  },
  {
    name: "banking-memory",
    file: "test/systems/banking-memory.test.ts",
    seconds: 1200,
    measures: true,
    prepare: () => (existsSync("/proc/self/net/tcp") ? null : "the debugger's port is found in /proc, which Linux has"),
  },
];

/** A server that answers as AWS does, and AWS's own client to compare with. */
function needMoto(): string | null {
  const works = () => succeeds("python3", ["-c", "import boto3, moto.server"]);
  if (works()) return null;
  if (!succeeds("python3", ["--version"])) return "Python is not installed";
  const installed = succeeds("python3", ["-m", "pip", "install", "--quiet", "moto[server]==5.2.1", "boto3"]);
  return installed && works() ? null : "the Python packages moto[server] and boto3 are not installed and cannot be";
}

/** Debian keeps the programs of the server beside each other by version. */
function needPostgres(): string | null {
  const isThere = () => existsSync("/usr/lib/postgresql") && isInstalled("psql");
  if (isThere()) return null;
  try {
    apt(["update"]);
    apt(["install", "-y", "--no-install-recommends", "postgresql"]);
  } catch {
    return "PostgreSQL is not installed and the Debian package postgresql cannot be";
  }
  return isThere() ? null : "the Debian package postgresql brings no server";
}

/** Servers of several protocols; none of them answers to a question about its version. */
function needFileServers(): string | null {
  const programs = ["/usr/bin/rclone", "/usr/sbin/sshd", "/usr/sbin/vsftpd", "/usr/sbin/smbd"];
  const missing = () => programs.filter((program) => !existsSync(program));
  if (process.getuid?.() !== 0) return "sshd, vsftpd and smbd are started by root";
  if (missing().length === 0) return null;
  try {
    apt(["update"]);
    apt([
      "install",
      "-y",
      "--no-install-recommends",
      "rclone",
      "openssh-server",
      "vsftpd",
      "samba",
      "samba-common-bin",
    ]);
  } catch {
    return `the Debian packages of ${missing().join(", ")} cannot be installed`;
  }
  return missing().length === 0 ? null : `there is no ${missing().join(", ")}`;
}

function succeeds(program: string, args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: "ignore", timeout: APT_SECONDS * 1000 });
    return true;
  } catch {
    return false;
  }
}

/** The document's examples are Python with `requests`. */
function needPythonRequests(): string | null {
  const works = () => {
    try {
      execFileSync("python3", ["-c", "import requests"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  };
  if (works()) return null;
  try {
    apt(["update"]);
    apt(["install", "-y", "--no-install-recommends", "python3", "python3-requests"]);
  } catch {
    return "Python with requests is not installed and the Debian package python3-requests cannot be";
  }
  return works() ? null : "the Debian package python3-requests brings no requests";
}

/** The pickles are written by Debian's pandas. */
function needPandas(): string | null {
  const works = () => succeeds(DEBIAN_PYTHON, ["-c", "import numpy, pandas"]);
  if (works()) return null;
  try {
    apt(["update"]);
    apt(["install", "-y", "--no-install-recommends", "python3", "python3-pandas", "python3-numpy"]);
  } catch {
    return "pandas is not installed and the Debian package python3-pandas cannot be";
  }
  return works() ? null : "the Debian package python3-pandas brings no pandas";
}

/** Makes sure that a program is there, by installing a Debian package where that is possible. */
function needProgram(program: string, debianPackage: string): string | null {
  if (isInstalled(program)) return null;
  try {
    apt(["update"]);
    apt(["install", "-y", "--no-install-recommends", debianPackage]);
  } catch {
    return `${program} is not installed and the Debian package ${debianPackage} cannot be`;
  }
  return isInstalled(program) ? null : `the Debian package ${debianPackage} brings no ${program}`;
}

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function apt(args: string[]): void {
  execFileSync("apt-get", args, {
    stdio: "ignore",
    timeout: APT_SECONDS * 1000,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
}
