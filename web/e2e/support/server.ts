//! Nodes of Postrider: processes of the real binary, each with a folder and a store of its own.

import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Api } from "./api";

export type Store = "sqlite" | "postgresql";

export const OPERATOR_KEY = "the-operators-key-of-the-tests";
/** 32 bytes in base64, the same for all nodes of a store. */
const MASTER_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
const BINARY = process.env.POSTRIDER_BINARY ?? join(import.meta.dirname, "../../../target/debug/postrider");

/** A node. `restart` keeps its address and store. */
export class Server {
  private child: ChildProcess | null = null;
  private output = "";
  readonly url: string;

  constructor(
    private readonly folder: string,
    private readonly store: string,
    readonly port: number,
    private readonly more: Record<string, string>,
  ) {
    this.url = `http://127.0.0.1:${port}`;
  }

  get operator(): Api {
    return new Api(this.url, OPERATOR_KEY);
  }

  /** What the process printed. */
  get printed(): string {
    return this.output;
  }

  async start(): Promise<void> {
    const child = spawn(BINARY, ["serve", "--dev", "--listen", `127.0.0.1:${this.port}`], {
      cwd: this.folder,
      env: {
        POSTRIDER_STORE: this.store,
        POSTRIDER_ADMIN_KEY: OPERATOR_KEY,
        POSTRIDER_MASTER_KEY: MASTER_KEY,
        POSTRIDER_LOG: "warn",
        ...this.more,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child = child;
    for (const pipe of [child.stdout, child.stderr]) pipe.on("data", (text: Buffer) => (this.output += text.toString()));
    await waitUntil("the server is ready", async () => {
      if (child.exitCode !== null) throw new Error(`the server ended at its start:\n${this.output}`);
      const answer = await fetch(`${this.url}/readyz`).catch(() => null);
      return answer?.status === 200;
    });
  }

  /** Ends the process, without a word (`SIGKILL`) or in order. */
  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGKILL"): Promise<void> {
    const child = this.child;
    this.child = null;
    if (child === null || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  }
}

/** A store with its nodes; all end with the test. */
export class Installation {
  private readonly servers: Server[] = [];

  private constructor(
    private readonly folder: string,
    private readonly store: string,
    private readonly settings: Record<string, string>,
  ) {}

  static async create(store: Store, settings: Record<string, string> = {}): Promise<Installation> {
    const folder = await mkdtemp(join(tmpdir(), "postrider-e2e-"));
    return new Installation(folder, store === "sqlite" ? `sqlite:${join(folder, "postrider.db")}` : await database(), settings);
  }

  async node(): Promise<Server> {
    const server = new Server(this.folder, this.store, await freePort(), this.settings);
    this.servers.push(server);
    await server.start();
    return server;
  }

  async end(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A new database of the PostgreSQL server that the tests were given. */
async function database(): Promise<string> {
  const server = process.env.POSTRIDER_E2E_POSTGRES;
  if (server === undefined) throw new Error("POSTRIDER_E2E_POSTGRES is not set");
  const name = `e2e_${process.pid}_${crypto.randomUUID().slice(0, 8)}`;
  await promisify(execFile)("psql", ["--quiet", "--no-psqlrc", server, "--command", `CREATE DATABASE ${name}`]);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port is free");
  return address.port;
}

/** The instant in so many minutes; the tests and the server have the same clock. */
export function inMinutes(minutes: number): string {
  return new Date(performance.timeOrigin + performance.now() + minutes * 60_000).toISOString();
}

/** Waits for a state, for 30 seconds at most. */
export async function waitUntil(what: string, reached: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 30_000;
  while (!(await reached())) {
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
