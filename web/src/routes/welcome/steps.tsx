//! Parts of the steps: their numbered frame, the command of the receiver, and what was made already.

import type { ReactNode } from "react";
import type { SubscriptionDetail } from "@/api/types";
import { welcome as english } from "@/messages/en/welcome";
import { welcome as spanish } from "@/messages/es/welcome";
import { useWords } from "@/messages/words";
import { Foreign, Url } from "@/shared/Foreign";
import { Copy } from "@/shared/Id";
import { StatusShape } from "@/shared/StatusBadge";
import { SINK_COMMAND } from "./setup";
import classes from "./welcome.module.css";

interface StepProps {
  number: number;
  title: string;
  state: "now" | "later" | "done";
  children: ReactNode;
}

export function Step({ number, title, state, children }: StepProps) {
  return (
    <li className={classes.step} data-state={state} aria-current={state === "now" ? "step" : undefined}>
      <span className={classes.number} aria-hidden="true">
        {state === "done" ? <StatusShape shape="check" /> : number}
      </span>
      <div className={classes.body}>
        <h2 className={classes.stepTitle}>{title}</h2>
        {children}
      </div>
    </li>
  );
}

export function SinkCommand() {
  const words = useWords({ en: english, es: spanish }).receiver;
  return (
    <div className={classes.command}>
      <code>{SINK_COMMAND}</code>
      <Copy value={SINK_COMMAND} label={words.copy} />
    </div>
  );
}

/** The first two steps after they were done. */
export function Created({ subscription, tenant }: { subscription: SubscriptionDetail; tenant: string | null }) {
  const words = useWords({ en: english, es: spanish });
  return (
    <>
      <Step number={1} title={words.receiver.title} state="done">
        <Url address={subscription.url} />
      </Step>
      <Step number={2} title={words.subscription.title} state="done">
        <Foreign text={`${words.subscription.created}: ${tenant ?? ""} · ${subscription.events.join(", ")}`} />
      </Step>
    </>
  );
}
