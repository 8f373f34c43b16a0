//! The event that filter and transformation are tried on: the example of a type that the subscription receives, or a
//! recent event.

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { eventTypesQuery } from "@/api/choices";
import type { Scope } from "@/api/scope";
import { recentEventsQuery, type Trial } from "@/api/trial";
import type { PublishedEvent } from "@/api/types";
import { covers } from "@/shared/patterns";

export interface TrialChoice {
  /** Null when there is neither a type nor an event. */
  trial: Trial | null;
  type: string | null;
  /** The value of the select. */
  value: string | null;
  types: string[];
  events: PublishedEvent[];
  choose: (value: string) => void;
}

const TYPE = "type:";
const EVENT = "event:";
export const typeValue = (type: string) => TYPE + type;
export const eventValue = (id: string) => EVENT + id;

export function useTrial(scope: Scope, patterns: string[]): TrialChoice {
  const [chosen, choose] = useState<string | null>(null);
  const catalog = useQuery(eventTypesQuery(scope)).data ?? [];
  const recent = useQuery(recentEventsQuery(scope)).data ?? [];
  const types = typesOf(patterns, catalog.map(({ event_type: type }) => type));
  const events = recent.filter((event) => !event.payload_erased_at && (patterns.length === 0 || received(patterns, event.type)));
  const all = [...types.map(typeValue), ...events.map(({ id }) => eventValue(id))];
  const value = chosen !== null && all.includes(chosen) ? chosen : (all[0] ?? null);
  if (value === null) return { trial: null, type: null, value, types, events, choose };
  if (value.startsWith(TYPE)) {
    const type = value.slice(TYPE.length);
    return { trial: { type }, type, value, types, events, choose };
  }
  const id = value.slice(EVENT.length);
  return { trial: { id }, type: events.find((event) => event.id === id)?.type ?? null, value, types, events, choose };
}

const received = (patterns: string[], type: string) => patterns.some((pattern) => covers(pattern, type));

/** Types that the patterns name come first, then those of the catalog that they cover; all of it while there is no pattern. */
export function typesOf(patterns: string[], catalog: string[]): string[] {
  const named = patterns.filter((pattern) => !pattern.includes("*"));
  const covered = patterns.length === 0 ? catalog : catalog.filter((type) => received(patterns, type));
  return [...new Set([...named, ...covered])];
}
