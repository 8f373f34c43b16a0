//! Deleting a tenant: what disappears, and the id typed out.

import { Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Tenant } from "@/api/types";
import { Confirm } from "@/shared/Confirm";
import { useFormat } from "@/shared/format";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { showHidden } from "@/shared/text";
import { extentQuery, useDeleteTenant } from "./queries";
import { useTenantWords } from "./words";

interface Props {
  tenant: Tenant;
  onClose: () => void;
  onDeleted: () => Promise<void>;
}

export function DeleteTenant({ tenant, onClose, onDeleted }: Props) {
  const { delete: words, actions } = useTenantWords();
  const format = useFormat();
  const [typed, setTyped] = useState("");
  const extent = useQuery(extentQuery(tenant.id, format.number));
  const remove = useDeleteTenant(onDeleted);
  const { parts } = words;
  return (
    <Confirm
      opened
      onClose={onClose}
      title={actions.delete}
      action={actions.delete}
      destructive
      ready={extent.data !== undefined && typed === tenant.id}
      pending={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate(tenant.id)}
    >
      <Stack gap="md">
        <Text>
          <bdi>{words.text(showHidden(tenant.name ?? tenant.id))}</bdi>
        </Text>
        {extent.data ? (
          <ul style={{ margin: 0, paddingInlineStart: 20, fontSize: 13 }}>
            {(["subscriptions", "waiting", "events", "keys", "links"] as const).map((part) => (
              <li key={part}>{parts[part](extent.data[part], extent.data[part] === "1")}</li>
            ))}
          </ul>
        ) : extent.error ? (
          <ProblemNotice error={extent.error} onRetry={() => void extent.refetch()} inline />
        ) : (
          <Text c="dimmed">{words.counting}</Text>
        )}
        <TextInput
          label={words.type(tenant.id)}
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={({ currentTarget }) => setTyped(currentTarget.value.trim())}
        />
      </Stack>
    </Confirm>
  );
}
