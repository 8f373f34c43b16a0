//! An id in monospace, shortened in the middle, with a copy button.

import { ActionIcon, CopyButton, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useMessages } from "@/messages/context";
import classes from "./Id.module.css";
import { shortenMiddle, showHidden } from "./text";

interface Props {
  value: string;
  /** Shows all characters. */
  whole?: boolean;
  copy?: boolean;
}

export function Id({ value, whole = false, copy = true }: Props) {
  const visible = showHidden(value);
  return (
    <span className={classes.id}>
      <bdi className={classes.text} data-whole={whole || undefined} title={visible}>
        {whole ? visible : shortenMiddle(visible, 8, 6)}
      </bdi>
      {copy && <Copy value={value} />}
    </span>
  );
}

export function Copy({ value, label }: { value: string; label?: string }) {
  const { shared } = useMessages();
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? shared.copied : (label ?? shared.copy)}>
          <ActionIcon
            size={22}
            onClick={copy}
            aria-label={copied ? shared.copied : `${label ?? shared.copy}: ${value.slice(0, 80)}`}
          >
            {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}
