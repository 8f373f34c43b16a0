//! Calls of the API, for what a test needs before it begins.

/** A caller with a key, in one tenant when it is named. */
export class Api {
  constructor(
    readonly url: string,
    private readonly key: string,
    private readonly tenant: string | null = null,
  ) {}

  in(tenant: string): Api {
    return new Api(this.url, this.key, tenant);
  }

  get<T>(path: string): Promise<T> {
    return this.call("GET", path);
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.call("POST", path, body);
  }

  put<T>(path: string, body: unknown): Promise<T> {
    return this.call("PUT", path, body);
  }

  /** Sends a request; throws with the server's answer unless it succeeded. */
  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const headers: Record<string, string> = { authorization: `Bearer ${this.key}` };
    if (this.tenant !== null) headers["x-tenant-id"] = this.tenant;
    if (body !== undefined) headers["content-type"] = "application/json";
    const answer = await fetch(this.url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }

  subscribe(url: string, more: object = {}): Promise<{ id: string; secret: string }> {
    return this.post("/api/v1/webhooks/subscriptions", { url, events: ["*"], ...more });
  }

  publish(type: string, data: object, more: object = {}): Promise<{ id: string }> {
    return this.post("/api/v1/events", { type, data, ...more });
  }

  /** A key of a tenant. */
  async tenantKey(tenant: string, name = "browser"): Promise<string> {
    await this.put(`/api/v1/tenants/${tenant}`, { name: tenant });
    return (await this.in(tenant).post<{ key: string }>("/api/v1/keys", { name })).key;
  }

  /** The address of a portal link. */
  async portalLink(tenant: string, more: object = {}): Promise<string> {
    const body = { tenant_id: tenant, mode: "manage", ...more };
    return (await this.post<{ url: string }>("/api/v1/portal-sessions", body)).url;
  }
}
