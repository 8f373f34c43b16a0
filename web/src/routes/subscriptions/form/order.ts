//! The part of the form that chooses which deliveries are sent one after the other.

import type { Subscription, SubscriptionFields } from "@/api/types";

export interface OrderValues {
  order: "none" | "all" | "key";
  /** The path of the key, as it is typed. */
  orderKey: string;
}

export const NO_ORDER: OrderValues = { order: "none", orderKey: "" };

/** `ordered` is absent in answers of an older server. */
export function toOrder({ ordered }: Partial<Pick<Subscription, "ordered">>): OrderValues {
  if (typeof ordered === "string") return { order: "key", orderKey: ordered };
  return { ...NO_ORDER, order: ordered === true ? "all" : "none" };
}

export function orderFields({ order, orderKey }: OrderValues): Pick<SubscriptionFields, "ordered"> {
  switch (order) {
    case "none":
      return { ordered: null };
    case "all":
      return { ordered: true };
    case "key":
      return { ordered: orderKey.trim() };
  }
}

export type PathFault = "unfinished" | "root" | "several" | "long" | "syntax";

/** Bounds of the API. */
const MOST_CHARACTERS = 500;
const MOST_STEPS = 32;

// eslint-disable-next-line no-control-regex
const STEP = /^(?:\.[^.[\]"'*\u0000-\u001f\u007f-\u009f]+|\[(?:\d{1,9}|"[^"\u0000-\u001f\u007f-\u009f]*"|'[^'\u0000-\u001f\u007f-\u009f]*')\])/;
/** What may still become a root, a step after a dot, or one in brackets. */
const BEGINNING = /^(?:\$\.?)?(?:|d|da|dat|data|m|me|met|meta|metad|metada|metadat|metadata)$/;

/** What is wrong with the path of a key, by the rules of the API. A beginning is no fault while it is typed. */
export function pathFault(typed: string): PathFault | null {
  const text = typed.trim();
  if (BEGINNING.test(text)) return "unfinished";
  if (Array.from(text).length > MOST_CHARACTERS) return "long";
  const root = /^(?:\$\.)?(?:data|metadata)(?=[.[])/.exec(text);
  if (root === null) return "root";
  let rest = text.slice(root[0].length);
  for (let steps = 0; rest !== ""; steps += 1) {
    if (steps === MOST_STEPS) return "long";
    if (rest.startsWith("[*]")) return "several";
    const step = STEP.exec(rest);
    if (step === null) return /^(?:\.|\[(?:\d{0,9}|"[^"]*"?|'[^']*'?))$/.test(rest) ? "unfinished" : "syntax";
    rest = rest.slice(step[0].length);
  }
  return null;
}

export function faultOf({ order, orderKey }: OrderValues): PathFault | null {
  return order === "key" ? pathFault(orderKey) : null;
}
