//! The page of a link that gives no access (any more): what happened, and the way to a new link.

import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { useEffect } from "react";
import { safeHref } from "@/shared/text";
import { renewalOf, type Ending } from "./ended";
import { nameOf, useHost } from "./host";
import { HostMark } from "./HostMark";
import { embedded, tell } from "./parent";
import classes from "./Portal.module.css";
import { usePortalWords } from "./words";

interface Props {
  ending: Ending;
  error: unknown;
}

export function Ended({ ending, error }: Props) {
  const portal = usePortalWords();
  const host = useHost();
  const name = nameOf(host);
  const words = portal.ended[ending];
  const { refresh, back } = renewalOf(error, host);
  const main = refresh ?? back;
  // The links lead to pages of the host, which are not to be framed by themselves.
  const target = embedded ? "_top" : undefined;
  useEffect(() => {
    document.title = `${words.title} · ${name ?? portal.title}`;
  }, [words.title, name, portal.title]);
  // portal.js asks its page for a new link. (Without a token the page has asked before.)
  useEffect(() => tell({ type: "postrider:expired" }), [ending]);
  return (
    <main className={classes.ended}>
      <Stack className={classes.card} gap="lg">
        <HostMark />
        <div>
          <Title order={1}>{words.title}</Title>
          <Text c="dimmed" mt={4}>
            {words.text(name)}
          </Text>
        </div>
        {main && (
          <Group gap="sm">
            <Button size="sm" component="a" href={safeHref(main)} target={target} rel="noreferrer">
              {refresh ? portal.ended.refresh(name) : portal.back(name)}
            </Button>
            {refresh && back && (
              <Button size="sm" variant="subtle" color="gray" component="a" href={safeHref(back)} target={target} rel="noreferrer">
                {portal.back(name)}
              </Button>
            )}
          </Group>
        )}
      </Stack>
    </main>
  );
}
