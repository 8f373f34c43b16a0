//! The settings of the node: read-only, with the source of each value.

import { Skeleton, Table, Text, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api, call } from "@/api/client";
import { keys } from "@/api/keys";
import { Page, PageAnswer } from "@/shared/Page";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { showHidden } from "@/shared/text";
import { Absent } from "@/shared/Time";
import { matches } from "./matches";
import classes from "./page.module.css";
import { settingsRoute } from "./route";
import { useSettingsWords } from "./words";

const settingsQuery = queryOptions({
  queryKey: keys.settings,
  queryFn: () => call(api.GET("/api/v1/admin/settings")),
});

export function SettingsPage() {
  const words = useSettingsWords();
  const { data, error, refetch } = useQuery(settingsQuery);
  const { text = "" } = settingsRoute.useSearch();
  const navigate = useNavigate({ from: settingsRoute.fullPath });
  if (data === undefined) {
    return <Page>{error ? <ProblemNotice error={error} onRetry={() => void refetch()} /> : <Skeleton height={480} />}</Page>;
  }
  const shown = data.filter((setting) => matches(setting, text));
  return (
    <Page>
      <PageAnswer>{words.answer(data.filter(({ source }) => source !== "default").length, data.length)}</PageAnswer>
      <TextInput
        maw={360}
        aria-label={words.search}
        placeholder={words.search}
        leftSection={<IconSearch size={14} />}
        value={text}
        onChange={({ currentTarget: { value } }) =>
          void navigate({ search: (before) => ({ ...before, text: value || undefined }), replace: true, resetScroll: false })
        }
      />
      {shown.length === 0 && <Text role="status">{words.noMatch}</Text>}
      <Table className={classes.settings}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{words.name}</Table.Th>
            <Table.Th>{words.value}</Table.Th>
            <Table.Th>{words.source}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.map(({ name, value, source, description }) => (
            <Table.Tr key={name}>
              <Table.Td>
                <code>{name}</code>
                <Text size="xs" c="dimmed">
                  {description}
                </Text>
              </Table.Td>
              <Table.Td>{value ? <bdi>{showHidden(value)}</bdi> : <Absent />}</Table.Td>
              <Table.Td>{words.sources[source]}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Page>
  );
}
