import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { PublishedEvent, Session, SubscriptionDetail } from "@/api/types";
import { SessionContext } from "@/session/context";
import { EarlierEvents } from "./earlier";
import { NotAlone, sendEarlier } from "./queries";
import { typeFor } from "./subject";

const scope = { tenant: "acme", named: true };
const session = { kind: "operator", permissions: [] } as unknown as Session;
const subscription = { id: "sub_1", url: "https://example.com/", events: ["*"] } as unknown as SubscriptionDetail;
const event = {
  id: "evt_1",
  type: "a.b",
  created_at: "2026-01-01T00:00:00.100Z",
  deliveries: [],
  delivery_count: 0,
} as unknown as PublishedEvent;

type Reply = { status?: number; body: unknown };

function serve(reply: (request: Request, body: string) => Reply | Promise<never>) {
  vi.stubGlobal("fetch", async (request: Request) => {
    const { status = 200, body } = await reply(request, await request.clone().text());
    return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
  });
}

function show(type = "") {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={queries}>
        <SessionContext value={session}>
          <EarlierEvents scope={scope} subscription={subscription} type={type} onClose={vi.fn()} onSent={vi.fn()} onLoad={vi.fn()} />
        </SessionContext>
      </QueryClientProvider>
    </MantineProvider>,
  );
}

afterEach(() => vi.unstubAllGlobals());

describe("earlier events", () => {
  test("an_empty_list_says_what_would_be_here", async () => {
    serve(() => ({ body: [] }));
    show();
    expect(await screen.findByText("No events yet")).toBeTruthy();
  });

  test("a_filter_that_matches_nothing_is_told_apart_from_an_empty_list", async () => {
    serve(() => ({ body: [] }));
    show("a.b");
    expect(await screen.findByText("Nothing matches these filters.")).toBeTruthy();
  });

  test("a_failed_list_shows_its_problem_and_request_id", async () => {
    serve(() => ({ status: 503, body: { code: "unavailable", detail: "The store is away", request_id: "req-7" } }));
    show();
    expect(await screen.findByText("The store is away")).toBeTruthy();
    expect(screen.getByText("req-7")).toBeTruthy();
  });

  test("an_ended_session_offers_to_sign_in", async () => {
    serve(() => ({ status: 401, body: { code: "unauthorized", detail: "expired", request_id: "r" } }));
    show();
    expect(await screen.findByRole("button", { name: "Sign in" })).toBeTruthy();
  });

  test("rows_say_whether_the_subscription_had_the_event", async () => {
    serve(() => ({ body: [event, { ...event, id: "evt_2", delivery_count: 1, deliveries: [{ id: "dlv_1", subscription_id: "sub_1", status: "success" }] }] }));
    show();
    expect(await screen.findByText("Not sent to it")).toBeTruthy();
    expect(screen.getByText("Sent before")).toBeTruthy();
  });
});

describe("sendEarlier", () => {
  test("an_event_without_a_delivery_is_replayed_alone", async () => {
    const bodies: string[] = [];
    serve((request, body) => {
      bodies.push(body);
      return { body: body.includes("dry_run") ? { count: 1, sample: [{ event_id: "evt_1" }] } : { id: "rpl_1", url: request.url } };
    });
    expect(await sendEarlier(scope, "sub_1", event)).toEqual({ eventId: "evt_1", deliveryId: null });
    expect(bodies.map((body) => JSON.parse(body) as object)).toEqual([
      expect.objectContaining({ dry_run: true, statuses: ["missed"], after: "2026-01-01T00:00:00.100Z", before: "2026-01-01T00:00:00.101Z" }),
      expect.not.objectContaining({ dry_run: true }),
    ]);
  });

  test("a_replay_that_would_send_other_events_too_is_not_begun", async () => {
    let begun = 0;
    serve((_, body) => {
      if (!body.includes("dry_run")) begun += 1;
      return { body: { count: 2, sample: [{ event_id: "evt_1" }, { event_id: "evt_9" }] } };
    });
    await expect(sendEarlier(scope, "sub_1", event)).rejects.toBeInstanceOf(NotAlone);
    expect(begun).toBe(0);
  });
});

test("the_type_is_the_one_asked_for_else_one_that_the_subscription_receives", () => {
  expect(typeFor("x.y", ["a.b"], [])).toBe("x.y");
  expect(typeFor(undefined, ["invoice.*", "a.b"], ["invoice.paid"])).toBe("a.b");
  expect(typeFor(undefined, ["invoice.*"], ["user.login", "invoice.paid"])).toBe("invoice.paid");
  expect(typeFor(undefined, ["z.*"], ["user.login"])).toBeNull();
});
