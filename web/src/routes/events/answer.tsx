//! The answer of the list: how many events were accepted.

import { useQuery } from "@tanstack/react-query";
import { useEventWords } from "@/actions/eventWords";
import type { Scope } from "@/api/scope";
import { useMessages } from "@/messages/context";
import { useFormat } from "@/shared/format";
import { isFiltered, type EventFilter, type EventQuery } from "./filter";
import { countQuery } from "./queries";

interface Props {
  scope: Scope;
  filter: EventFilter;
  query: EventQuery;
  anchor: number;
  /** Rows that a search by id found; null before. */
  found: number | null;
}

export function Answer({ scope, filter, query, anchor, found }: Props) {
  const events = useEventWords();
  const { shared } = useMessages();
  const words = events.answer;
  const format = useFormat();
  const count = useQuery(countQuery(scope, filter, query, anchor));
  if (filter.id !== undefined) return found === null ? null : found === 0 ? words.notFound : words.found;
  if (count.data === undefined) return null;
  const { total, capped } = count.data;
  const range = filter.since === undefined ? null : (shared.range.ranges[filter.since] ?? shared.range.last(filter.since));
  if (total === 0 && range !== null) return words.none;
  if (total === 0 && !isFiltered(filter)) return words.noneYet;
  return words.accepted(`${format.number(total)}${capped ? "+" : ""}`, total === 1, range);
}
