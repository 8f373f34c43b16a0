//! How to upload a report: the command for this server, below the path of a proxy too.

import { Button, Group, Text } from "@mantine/core";
import { useState } from "react";
import { serverUrl } from "@/api/base";
import { Copy } from "@/shared/Id";
import classes from "./page.module.css";
import { useCoverageWords } from "./words";

/** `first` is true before the first report: then the command is the screen's advice, else it is behind a button. */
export function Upload({ first }: { first: boolean }) {
  const words = useCoverageWords();
  const [shown, setShown] = useState(false);
  const command = `postrider audit PATH --upload ${serverUrl()} --key "$OPERATOR_KEY"`;
  if (!first && !shown) {
    return (
      <Button variant="subtle" color="gray" size="compact-sm" className={classes.again} onClick={() => setShown(true)}>
        {words.again}
      </Button>
    );
  }
  return (
    <div>
      {first && <Text>{words.noReport}</Text>}
      <Group gap="xs" wrap="nowrap" className={classes.command}>
        <pre tabIndex={0}>{command}</pre>
        <Copy value={command} label={words.copy} />
      </Group>
      <Text size="xs" c="dimmed">
        {words.keyHint}
      </Text>
    </div>
  );
}
