import { expect, test } from "vitest";
import { en } from "@/messages/en";
import { nodeState, STATUSES, statusLook, subscriptionState, type StatusKind } from "./status";

test("each_status_has_a_word_a_shape_and_a_tone", () => {
  for (const kind of Object.keys(STATUSES) as StatusKind[]) {
    for (const value of Object.keys(STATUSES[kind])) {
      const look = statusLook(kind, value);
      expect(look.word(en.status)).not.toBe("");
      expect(look.shape).not.toBe("question");
    }
  }
});

test("an_unknown_status_shows_its_name", () => {
  expect(statusLook("delivery", "toString").word(en.status)).toBe("Unknown (toString)");
  expect(statusLook("delivery", "teleported").shape).toBe("question");
});

test("what_ended_a_subscription_comes_before_its_health", () => {
  const base = { is_active: true, health: { state: "failing" }, breaker: { state: "closed" } };
  expect(subscriptionState(base)).toBe("failing");
  expect(subscriptionState({ ...base, breaker: { state: "open" } })).toBe("breaker_open");
  expect(subscriptionState({ ...base, is_active: false })).toBe("paused");
  expect(subscriptionState({ ...base, is_active: false, disabled_reason: "gone" })).toBe("disabled");
});

test("a_paused_installation_shows_on_its_live_nodes_only", () => {
  expect(nodeState({ state: "live", paused: false })).toBe("live");
  expect(nodeState({ state: "live", paused: true })).toBe("paused");
  expect(nodeState({ state: "lost", paused: true })).toBe("lost");
});

test("an_ended_portal_link_is_calm", () => {
  expect(statusLook("link", "expired").tone).toBe("idle");
  expect(statusLook("link", "revoked").tone).toBe("idle");
  expect(statusLook("link", "borrowed").word(en.status)).toBe("Unknown (borrowed)");
});
