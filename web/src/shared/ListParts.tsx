//! Parts of lists with filters: the way out when nothing matches, and the end of a bounded walk.

import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { useMessages } from "@/messages/context";
import type { RowSource } from "./rows";
import { NoMatch } from "./VirtualTable";

type Walk = NonNullable<RowSource<unknown>["walk"]>;

/** `link` draws the link to the list without its filters. */
export function NothingMatches({ link }: { link: (props: Record<string, unknown>) => ReactNode }) {
  const { shared } = useMessages();
  return (
    <NoMatch
      onClear={
        <Button variant="default" renderRoot={link}>
          {shared.table.clear}
        </Button>
      }
    />
  );
}

/** A page may be short or empty although there are more rows: the reader goes on where scrolling does not. */
export function SearchOn({ walk: { next, pending } }: { walk: Walk }) {
  const { shared } = useMessages();
  if (next === null) return shared.table.end;
  return (
    <Button variant="default" loading={pending} onClick={next}>
      {shared.table.searchOn}
    </Button>
  );
}
