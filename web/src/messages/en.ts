//! English: the type of all other languages. Each screen has a file of its own below `en/`.

import { deliveries } from "./en/deliveries";
import { frame } from "./en/frame";
import { shared } from "./en/shared";
import { status } from "./en/status";
import { subscriptions } from "./en/subscriptions";

export const en = {
  shared,
  status,
  frame,
  subscriptions,
  deliveries,
};

export type Messages = typeof en;
