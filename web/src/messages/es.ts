//! Spanish. The compiler compares it with English.

import type { Messages } from "./en";
import { deliveries } from "./es/deliveries";
import { frame } from "./es/frame";
import { shared } from "./es/shared";
import { status } from "./es/status";
import { subscriptions } from "./es/subscriptions";

export const es = {
  shared,
  status,
  frame,
  subscriptions,
  deliveries,
} satisfies Messages;
