//! How many subscriptions there are, and how many of them fail.

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Scope } from "@/api/scope";
import { useMessages } from "@/messages/context";
import { useFormat } from "@/shared/format";
import type { RowSource } from "@/shared/rows";
import { failingQuery, type Row } from "./queries";
import { subscriptionsRoute } from "./route";

export function Answer({ scope, source, filtered }: { scope: Scope; source: RowSource<Row>; filtered: boolean }) {
  const { subscriptions } = useMessages();
  const words = subscriptions.answer;
  const format = useFormat();
  const failing = useQuery({ ...failingQuery(scope), enabled: !filtered }).data;
  if (source.total === null) return null;
  const more = source.walk?.next ? "+" : "";
  const one = source.total === 1 && more === "";
  const shown = format.number(source.total) + more;
  if (filtered) return words.found(shown, one);
  if (source.total === 0) return words.none;
  if (failing === undefined || failing.count === 0) return <>{words.all(shown, one)}{failing && ` ${words.fine}`}</>;
  return (
    <>
      {words.all(shown, one)}{" "}
      <Link from={subscriptionsRoute.fullPath} search={({ tenant }) => ({ tenant, health: "failing" })} data-tone="bad">
        {words.failing(format.number(failing.count) + (failing.more ? "+" : ""), failing.count === 1 && !failing.more)}
      </Link>
    </>
  );
}
