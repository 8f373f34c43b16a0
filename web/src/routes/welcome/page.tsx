//! The first steps: a receiver, a subscription, and an event that arrives.

import { Button, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { subscriptionQuery } from "@/api/objects";
import { narrow } from "@/api/scope";
import { ObjectFailed } from "@/frame/screens/Failed";
import { useScope } from "@/frame/useScope";
import { welcome as english } from "@/messages/en/welcome";
import { welcome as spanish } from "@/messages/es/welcome";
import { useWords } from "@/messages/words";
import { useMay } from "@/session/context";
import { setPreferences } from "@/shared/preferences";
import { Event } from "./event";
import { welcomeRoute } from "./route";
import { Start } from "./start";
import { Created } from "./steps";
import classes from "./welcome.module.css";

export function WelcomePage() {
  const words = useWords({ en: english, es: spanish });
  const scope = useScope();
  const search = welcomeRoute.useSearch();
  const navigate = useNavigate({ from: welcomeRoute.fullPath });
  const mayWrite = useMay("subscriptions:write");
  // The answer to a creation has the secret, also for sessions that may not read it later.
  const [secret, setSecret] = useState<string | null>(null);
  const owner = narrow(scope, search.of);
  const subscription = useQuery({
    ...subscriptionQuery(owner, search.subscription ?? ""),
    enabled: search.subscription !== undefined && owner.tenant !== null,
  });
  return (
    <div className={classes.page}>
      {search.subscription === undefined ? (
        mayWrite ? (
          <Start
            onCreated={(created, tenant) => {
              setSecret(created.secret ?? null);
              void navigate({ search: { subscription: created.id, of: scope.named ? tenant : undefined }, replace: true });
            }}
          />
        ) : (
          <Text>{words.cannot}</Text>
        )
      ) : subscription.data ? (
        <Event scope={owner} subscription={subscription.data} secret={secret} before={<Created subscription={subscription.data} tenant={owner.tenant} />} />
      ) : subscription.error ? (
        <ObjectFailed error={subscription.error} onRetry={() => void subscription.refetch()} />
      ) : (
        <Stack>
          <Skeleton height={32} />
          <Skeleton height={240} />
        </Stack>
      )}
      {search.event === undefined && search.delivery === undefined && (
        <Button
          variant="subtle"
          color="gray"
          className={classes.skip}
          onClick={() => {
            setPreferences({ welcomed: true });
            // The overview begins at its top, where it offers these steps again.
            document.getElementById("content")?.scrollTo(0, 0);
          }}
          renderRoot={(props) => <Link to="/" {...props} />}
        >
          {words.skip}
        </Button>
      )}
    </div>
  );
}
