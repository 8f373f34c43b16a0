//! Who got an event, and what is known about the others.

import { describe, expect, it } from "vitest";
import type { Delivery, Subscription } from "@/api/types";
import { isOwnId, outcomeOf, recipientsOf, whyNot } from "./recipients";

const ACCEPTED = "2026-11-30T10:00:00Z";
const old = { created_at: "2026-11-01T00:00:00Z", updated_at: "2026-11-01T00:00:00Z", is_active: true };

describe("whyNot", () => {
  it("is_certain_for_a_subscription_that_was_created_later", () => {
    expect(whyNot("receives", { ...old, created_at: "2026-12-01T00:00:00Z" }, ACCEPTED)).toBe("createdLater");
  });

  it("tells_what_held_then_only_for_an_unchanged_subscription", () => {
    const changed = { ...old, updated_at: "2026-11-30T11:00:00Z" };
    expect(whyNot("not_subscribed", old, ACCEPTED)).toBe("notSubscribed");
    expect(whyNot("not_subscribed", changed, ACCEPTED)).toBe("notSubscribedNow");
    expect(whyNot("dropped", changed, ACCEPTED)).toBe("droppedNow");
  });

  it("tells_filters_and_channels_apart", () => {
    const changed = { ...old, updated_at: "2026-11-30T11:00:00Z", filter: "data.a > 1" };
    expect(whyNot("other_channels", old, ACCEPTED)).toBe("otherChannels");
    expect(whyNot("filtered_out", old, ACCEPTED)).toBe("filteredOut");
    expect(whyNot("filtered_out", changed, ACCEPTED)).toBe("filteredOutNow");
  });

  it("claims_nothing_about_a_filter_whose_payload_was_erased", () => {
    const filtered = { ...old, filter: "data.a > 1" };
    expect(whyNot("filtered_out", filtered, ACCEPTED, true)).toBe("filterErased");
    expect(whyNot("receives", filtered, ACCEPTED, true)).toBe("filterErased");
    expect(whyNot("receives", old, ACCEPTED, true)).toBe("wouldNow");
  });

  it("compares_the_time_of_disabling", () => {
    expect(whyNot("disabled", { ...old, disabled_at: "2026-11-29T00:00:00Z" }, ACCEPTED)).toBe("disabled");
    expect(whyNot("disabled", { ...old, disabled_at: "2026-11-30T10:00:01Z" }, ACCEPTED)).toBe("disabledNow");
  });

  it("claims_nothing_about_unknown_reasons_and_subscriptions", () => {
    expect(whyNot("new_reason", old, ACCEPTED)).toBe("unknown");
    expect(whyNot("receives", undefined, ACCEPTED)).toBe("unknown");
    expect(whyNot("receives", old, ACCEPTED)).toBe("wouldNow");
  });
});

describe("recipientsOf", () => {
  it("puts_each_subscription_into_one_list", () => {
    const subscription = { ...old, id: "sub_b", url: "https://b.example" } as Subscription;
    const delivery = { id: "dlv_1", subscription_id: "sub_a", status: "success" } as Delivery;
    const { got, missed } = recipientsOf(
      { created_at: ACCEPTED },
      [delivery],
      [
        { subscription_id: "sub_a", url: "https://a.example", matches: true, reason: "receives" },
        { subscription_id: "sub_b", url: "https://b.example", matches: false, reason: "not_subscribed" },
      ],
      [subscription],
    );
    expect(missed[0]?.explanation).toBeNull();
    expect(got.map(({ id, url }) => [id, url])).toEqual([["sub_a", "https://a.example"]]);
    expect(missed.map(({ id, why }) => [id, why])).toEqual([["sub_b", "notSubscribed"]]);
  });

  it("keeps_deliveries_of_deleted_subscriptions", () => {
    const delivery = { id: "dlv_1", subscription_id: "sub_gone", status: "success" } as Delivery;
    expect(recipientsOf({ created_at: ACCEPTED }, [delivery], [], []).got[0]?.url).toBeNull();
  });
});

describe("outcomeOf", () => {
  it("counts_as_delivered_only_what_receivers_accepted", () => {
    const of = (status: Delivery["status"]) => ({ status });
    const deliveries = [of("success"), of("pending"), of("retrying"), of("failed"), of("disabled")];
    expect(outcomeOf(deliveries)).toEqual({ all: 5, delivered: 1, waiting: 2, failed: 2 });
  });
});

describe("isOwnId", () => {
  it("is_certain_only_for_ids_that_are_never_generated", () => {
    expect(isOwnId("order-4711")).toBe(true);
    expect(isOwnId("evt_chosen-by-publisher")).toBe(true);
    expect(isOwnId("evt_01m8nvqjxme00953np06bn2000")).toBe(false);
    expect(isOwnId("0190a0b0-0000-7000-8000-000000000000")).toBe(false);
  });
});
