//! The addresses that requests come from, for the firewall of the receiver.

import { Text } from "@mantine/core";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, call } from "@/api/client";
import { keys } from "@/api/keys";
import { tenantHeader, type Scope } from "@/api/scope";
import { useShapeWords } from "./shapeWords";

function egressQuery(scope: Scope) {
  return queryOptions({
    queryKey: keys.egress(scope),
    queryFn: ({ signal }) => call(api.GET("/api/v1/egress-addresses", { params: { header: tenantHeader(scope) }, signal })),
    enabled: scope.tenant !== null,
    staleTime: 30_000,
  });
}

/** Nothing while the addresses are not known. */
export function EgressAddresses({ scope }: { scope: Scope }) {
  const words = useShapeWords().egress;
  const addresses = useQuery(egressQuery(scope)).data?.addresses ?? [];
  if (addresses.length === 0) return null;
  return (
    <Text size="xs" c="dimmed">
      {words.from} <code>{addresses.join(", ")}</code>
    </Text>
  );
}
