//! Says whether a list follows the stream, and pauses its new rows, which are then counted above the list.

import { ActionIcon, Tooltip } from "@mantine/core";
import { IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useStreamState } from "@/api/stream/context";
import { useMessages } from "@/messages/context";
import classes from "./LiveSwitch.module.css";
import { StatusShape } from "./StatusBadge";

interface Props {
  paused: boolean;
  onPause: (paused: boolean) => void;
}

export function LiveSwitch({ paused, onPause }: Props) {
  const { frame } = useMessages();
  const state = useStreamState();
  if (state !== "open") {
    return (
      <span className={classes.live} data-state={state}>
        <StatusShape shape="ring" />
        {frame.live[state]}
      </span>
    );
  }
  const action = paused ? frame.live.resume : frame.live.pause;
  return (
    <span className={classes.live} data-state={paused ? "paused" : "open"}>
      <StatusShape shape={paused ? "pause" : "dot"} />
      {paused ? frame.live.paused : frame.live.open}
      <Tooltip label={action}>
        <ActionIcon size={22} aria-label={action} onClick={() => onPause(!paused)}>
          {paused ? <IconPlayerPlay size={14} /> : <IconPlayerPause size={14} />}
        </ActionIcon>
      </Tooltip>
    </span>
  );
}
