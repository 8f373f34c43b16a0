//! The testing tool: a subscription, an event, and what came of sending it.

import { Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { subscriptionQuery } from "@/api/objects";
import { narrow } from "@/api/scope";
import { useScope } from "@/frame/useScope";
import { testing as english } from "@/messages/en/testing";
import { testing as spanish } from "@/messages/es/testing";
import { useWords } from "@/messages/words";
import { EmptyState } from "@/shared/EmptyState";
import { Page, PageAnswer } from "@/shared/Page";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { Composer } from "./composer";
import { History } from "./history";
import { choicesQuery } from "./queries";
import { Result } from "./result";
import { testingRoute } from "./route";
import { SubscriptionChoice } from "./subject";
import classes from "./testing.module.css";
import { useSentList, type Sent } from "./useSent";

export function TestingPage() {
  const words = useWords({ en: english, es: spanish });
  const scope = useScope();
  const search = testingRoute.useSearch();
  const choices = useQuery(choicesQuery(scope, ""));
  // The only subscription needs no choice.
  const only = choices.data?.length === 1 ? choices.data[0] : undefined;
  const id = search.subscription ?? only?.id;
  const owner = narrow(scope, search.of ?? (search.subscription === undefined ? only?.tenant_id : undefined));
  const subscription = useQuery({ ...subscriptionQuery(owner, id ?? ""), enabled: id !== undefined && owner.tenant !== null });
  const { list, add } = useSentList();
  const [chosen, setChosen] = useState<string | null>(null);
  const shown = list.find(({ key }) => key === chosen) ?? null;
  const result = useRef<HTMLElement>(null);
  // On narrow screens the result is below the form.
  useEffect(() => {
    if (chosen !== null) result.current?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  const onSent = (sent: Omit<Sent, "key" | "at">) => setChosen(add(sent).key);
  return (
    <Page>
      <div className={classes.columns}>
        <div className={classes.form}>
          {id === undefined && <PageAnswer>{words.answer.choose}</PageAnswer>}
          {subscription.data ? (
            <Composer key={`${owner.tenant ?? ""} ${subscription.data.id}`} scope={owner} subscription={subscription.data} onSent={onSent} />
          ) : (
            <Stack gap="md">
              <SubscriptionChoice subscription={undefined} />
              {subscription.error && <ProblemNotice error={subscription.error} onRetry={() => void subscription.refetch()} inline />}
            </Stack>
          )}
        </div>
        <section ref={result} className={classes.result} aria-label={words.result.label}>
          {shown === null ? (
            <EmptyState title={words.result.emptyTitle} text={words.result.empty} />
          ) : (
            <Result key={shown.key} sent={shown} />
          )}
        </section>
      </div>
      {list.length > 0 && <History list={list} chosen={shown?.key} onChoose={setChosen} />}
    </Page>
  );
}
