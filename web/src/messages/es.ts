//! Spanish. The compiler compares it with English.

import type { Messages } from "./en";
import { catalog } from "./es/catalog";
import { coverage } from "./es/coverage";
import { deliveries } from "./es/deliveries";
import { events } from "./es/events";
import { frame } from "./es/frame";
import { overview } from "./es/overview";
import { settings } from "./es/settings";
import { shared } from "./es/shared";
import { status } from "./es/status";
import { subscriptionForm } from "./es/subscriptionForm";
import { subscriptions } from "./es/subscriptions";

export const es = {
  shared,
  status,
  frame,
  overview,
  subscriptions,
  subscriptionForm, settings,
  deliveries,
  events,
  catalog,
  coverage,
} satisfies Messages;
