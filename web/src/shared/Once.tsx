//! A credential that is shown once: the whole text, and a button that copies it.

import { Button, CopyButton, Text } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useMessages } from "@/messages/context";
import classes from "./Once.module.css";

interface Props {
  label: string;
  value: string;
  /** The verb with its object, for example “Copy key”. */
  copy: string;
}

export function Once({ label, value, copy }: Props) {
  const { shared } = useMessages();
  return (
    <section className={classes.once} aria-label={label}>
      <div className={classes.head}>
        <Text size="xs" c="dimmed">
          {label}
        </Text>
        <CopyButton value={value}>
          {({ copied, copy: run }) => (
            <Button variant="subtle" size="compact-sm" onClick={run} leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}>
              {copied ? shared.copied : copy}
            </Button>
          )}
        </CopyButton>
      </div>
      <code className={classes.value} tabIndex={0}>
        {value}
      </code>
    </section>
  );
}
