//! What one can do with the list: follow it live, export it, resend and cancel in bulk.

import { ActionIcon, Button, Menu, Tooltip } from "@mantine/core";
import { IconDots, IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { memo, useState } from "react";
import type { Scope } from "@/api/scope";
import { useStreamState } from "@/api/stream/context";
import { useMessages } from "@/messages/context";
import { useMay } from "@/session/context";
import { StatusShape } from "@/shared/StatusBadge";
import { CancelMatching } from "./bulk/cancelMatching";
import { RetryMatching } from "./bulk/retryMatching";
import { RetrySelected } from "./bulk/retrySelected";
import { useExport } from "./useExport";
import type { DeliveryFilter, DeliveryQuery } from "./filter";
import classes from "./toolbar.module.css";
import type { Row } from "./queries";

interface Props {
  scope: Scope;
  filter: DeliveryFilter;
  query: DeliveryQuery;
  /** The selected rows. */
  chosen: Row[];
  onClear: () => void;
  paused: boolean;
  onPause: (paused: boolean) => void;
}

type Dialog = "retry" | "cancel" | "selected" | null;

export const Toolbar = memo(function Toolbar({ scope, filter, query, chosen, onClear, paused, onPause }: Props) {
  const { deliveries } = useMessages();
  const words = deliveries.bulk;
  const [dialog, setDialog] = useState<Dialog>(null);
  const mayRetry = useMay("deliveries:retry");
  const mayCancel = useMay("deliveries:cancel");
  const exporting = useExport(scope, query, filter.order);
  const close = () => setDialog(null);
  return (
    <div className={classes.toolbar}>
      {chosen.length > 0 && (
        <>
          <Button onClick={() => setDialog("selected")}>{words.retrySelected(chosen.length)}</Button>
          <Button variant="subtle" color="gray" onClick={onClear}>
            {words.clear}
          </Button>
        </>
      )}
      {exporting.running && (
        <Button variant="subtle" color="gray" onClick={exporting.stop}>
          {deliveries.export.stop} · {exporting.progress}
        </Button>
      )}
      <LiveSwitch paused={paused} onPause={onPause} />
      <Menu width={280}>
        <Menu.Target>
          <ActionIcon aria-label={words.label}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {mayRetry && <Menu.Item onClick={() => setDialog("retry")}>{words.retryMatching}</Menu.Item>}
          {mayCancel && <Menu.Item onClick={() => setDialog("cancel")}>{words.cancelMatching}</Menu.Item>}
          {(mayRetry || mayCancel) && <Menu.Divider />}
          <Menu.Label>{deliveries.export.label}</Menu.Label>
          <Menu.Item disabled={exporting.running} onClick={() => exporting.start("ndjson")}>
            {deliveries.export.ndjson}
          </Menu.Item>
          <Menu.Item disabled={exporting.running} onClick={() => exporting.start("csv")}>
            {deliveries.export.csv}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <RetryMatching opened={dialog === "retry"} onClose={close} scope={scope} filter={filter} query={query} />
      <CancelMatching opened={dialog === "cancel"} onClose={close} scope={scope} filter={filter} query={query} />
      <RetrySelected opened={dialog === "selected"} onClose={close} scope={scope} rows={chosen} onClear={onClear} />
    </div>
  );
});

function LiveSwitch({ paused, onPause }: { paused: boolean; onPause: (paused: boolean) => void }) {
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
