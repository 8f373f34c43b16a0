//! What one can do with the list: follow it live, export it, resend and cancel in bulk.

import { ActionIcon, Button, Menu } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { memo, useState } from "react";
import type { Scope } from "@/api/scope";
import { useMessages } from "@/messages/context";
import { useMay } from "@/session/context";
import { LiveSwitch } from "@/shared/LiveSwitch";
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
