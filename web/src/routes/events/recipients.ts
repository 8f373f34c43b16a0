//! Who got an event, who did not, and why, as far as it is known.

import type { Delivery, PublishedEvent, Subscription } from "@/api/types";

export interface Match {
  subscription_id: string;
  url: string;
  matches: boolean;
  reason: string;
  /** With `filtered_out`: what the filter says. */
  explanation?: string | null | undefined;
}

/**
 * The API keeps no record of why a subscription got nothing. Certain are its creation, and that an unchanged one was
 * then as it is now. Else the reason is what would hold now.
 */
export type WhyNot =
  | "createdLater"
  | "notSubscribed"
  | "notSubscribedNow"
  | "otherChannels"
  | "otherChannelsNow"
  | "filteredOut"
  | "filteredOutNow"
  | "filterErased"
  | "dropped"
  | "droppedNow"
  | "disabled"
  | "disabledNow"
  | "wouldNow"
  | "unknown";

export interface Recipient {
  id: string;
  /** Null when the subscription is gone, or beyond those that were read. */
  url: string | null;
  description: string | null;
  delivery: Delivery | null;
  why: WhyNot | null;
  /** What the filter says about the event; null without a filter's decision. */
  explanation: string | null;
  /** Now it would get the event, so it can be sent there. */
  reachable: boolean;
}

type Known = Pick<Subscription, "created_at" | "updated_at" | "disabled_at" | "is_active" | "filter">;

/** `erased`: the payload that a filter would look at is gone. */
export function whyNot(reason: string, subscription: Known | undefined, acceptedAt: string, erased = false): WhyNot {
  const accepted = Date.parse(acceptedAt);
  if (subscription === undefined) return "unknown";
  if (Date.parse(subscription.created_at) > accepted) return "createdLater";
  const unchanged = Date.parse(subscription.updated_at) <= accepted;
  switch (reason) {
    case "not_subscribed":
      return unchanged ? "notSubscribed" : "notSubscribedNow";
    case "other_channels":
      return unchanged ? "otherChannels" : "otherChannelsNow";
    case "filtered_out":
      return erased ? "filterErased" : unchanged ? "filteredOut" : "filteredOutNow";
    case "dropped":
      return unchanged ? "dropped" : "droppedNow";
    case "disabled":
      return subscription.disabled_at && Date.parse(subscription.disabled_at) <= accepted ? "disabled" : "disabledNow";
    case "receives":
    case "waits_for_activation":
      return erased && subscription.filter ? "filterErased" : "wouldNow";
    default:
      return "unknown";
  }
}

export function recipientsOf(
  event: Pick<PublishedEvent, "created_at" | "payload_erased_at">,
  deliveries: Delivery[],
  matches: Match[],
  subscriptions: Subscription[],
): { got: Recipient[]; missed: Recipient[] } {
  const known = new Map(subscriptions.map((subscription) => [subscription.id, subscription]));
  const urls = new Map(matches.map((match) => [match.subscription_id, match.url]));
  const delivered = new Set(deliveries.map((delivery) => delivery.subscription_id));
  const got = deliveries.map((delivery): Recipient => {
    const id = delivery.subscription_id;
    return { id, url: urls.get(id) ?? known.get(id)?.url ?? null, description: known.get(id)?.description ?? null, delivery, why: null, explanation: null, reachable: false };
  });
  const missed = matches
    .filter((match) => !delivered.has(match.subscription_id))
    .map((match): Recipient => {
      const subscription = known.get(match.subscription_id);
      const why = whyNot(match.reason, subscription, event.created_at, Boolean(event.payload_erased_at));
      return {
        id: match.subscription_id,
        url: match.url,
        description: subscription?.description ?? null,
        delivery: null,
        why,
        explanation: why === "filteredOut" || why === "filteredOutNow" ? (match.explanation ?? null) : null,
        reachable: match.matches && (subscription?.is_active ?? false),
      };
    });
  // Those that a reader wonders about come before those that want other types.
  const wonders = ({ why }: Recipient) => (why === "notSubscribed" || why === "notSubscribedNow" ? 1 : 0);
  return { got, missed: missed.sort((a, b) => wonders(a) - wonders(b)) };
}

export interface Outcome {
  all: number;
  delivered: number;
  waiting: number;
  failed: number;
}

/** Counts by what the receivers answered; test sends are no part of it. */
export function outcomeOf(deliveries: Pick<Delivery, "status">[]): Outcome {
  const count = (...statuses: string[]) => deliveries.filter(({ status }) => statuses.includes(status)).length;
  return {
    all: deliveries.length,
    delivered: count("success"),
    waiting: count("pending", "retrying"),
    failed: count("failed", "disabled"),
  };
}

const GENERATED = /^(evt_[0-7][0-9a-hjkmnp-tv-z]{25}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

/** A generated id always has this form; a publisher may choose an id of this form too, so the reverse is not certain. */
export function isOwnId(id: string): boolean {
  return !GENERATED.test(id);
}
