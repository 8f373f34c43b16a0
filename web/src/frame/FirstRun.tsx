//! Leads to the first steps while there is no subscription at all. Once they were left, it only offers them.

import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, Navigate } from "@tanstack/react-router";
import { anySubscriptionQuery } from "@/api/objects";
import { welcome as english } from "@/messages/en/welcome";
import { welcome as spanish } from "@/messages/es/welcome";
import { useWords } from "@/messages/words";
import { useMay } from "@/session/context";
import { usePreferences } from "@/shared/preferences";
import { useScope } from "./useScope";

export function FirstRun() {
  const words = useWords({ en: english, es: spanish }).offer;
  const { welcomed } = usePreferences();
  const mayWrite = useMay("subscriptions:write");
  const any = useQuery({ ...anySubscriptionQuery(useScope()), enabled: mayWrite });
  if (any.data !== false) return null;
  if (!welcomed) return <Navigate to="/welcome" replace />;
  return (
    <Text>
      {words.text} <Link to="/welcome">{words.link}</Link>
    </Text>
  );
}
