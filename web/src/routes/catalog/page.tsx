//! The event types by category, and the open one beside the list.

import { Button, Skeleton, Stack, Table, TextInput } from "@mantine/core";
import { IconBook, IconPlus, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { EventTypeLine } from "@/api/types";
import { useScope } from "@/frame/useScope";
import { useMessages } from "@/messages/context";
import { useMay } from "@/session/context";
import { EmptyState } from "@/shared/EmptyState";
import { Foreign } from "@/shared/Foreign";
import { Split } from "@/shared/Panel";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { TypePanel } from "./detail";
import { TypeForm } from "./form";
import classes from "./page.module.css";
import { catalogQuery, misfitsQuery } from "./queries";
import { catalogRoute } from "./route";

export function CatalogPage() {
  const { catalog } = useMessages();
  const scope = useScope();
  const { open, text = "" } = catalogRoute.useSearch();
  const navigate = useNavigate({ from: catalogRoute.fullPath });
  const mayOperate = useMay("operate");
  const [adding, setAdding] = useState(false);
  const types = useQuery(catalogQuery(scope));
  const misfits = useQuery(misfitsQuery(mayOperate));
  const close = () => void navigate({ search: (before) => ({ ...before, open: undefined }) });
  return (
    <Split panel={open === undefined ? null : <TypePanel key={open} type={open} misfits={misfits.data ?? []} onClose={close} />}>
      <div className={classes.controls}>
        <TextInput
          w={{ base: 200, sm: 280 }}
          aria-label={catalog.search}
          placeholder={catalog.search}
          leftSection={<IconSearch size={14} />}
          value={text}
          onChange={({ currentTarget: { value } }) =>
            void navigate({ search: (before) => ({ ...before, text: value || undefined }), replace: true })
          }
        />
        {types.data && <span className={classes.count}>{catalog.answer(types.data.length, misfits.data?.length ?? 0)}</span>}
        {mayOperate && (
          <Button className={classes.add} leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
            {catalog.register}
          </Button>
        )}
      </div>
      <div className={classes.list}>
        {scope.tenant === null ? (
          <EmptyState icon={<IconBook size={32} stroke={1.5} />} title={catalog.chooseTenant} text={catalog.chooseTenantText} />
        ) : types.data ? (
          <Types types={types.data.filter((type) => matches(type, text))} filtered={text !== ""} />
        ) : types.error ? (
          <ProblemNotice error={types.error} onRetry={() => void types.refetch()} />
        ) : (
          <Stack gap="md">
            {Array.from({ length: 12 }, (_, index) => (
              <Skeleton key={index} height={20} />
            ))}
          </Stack>
        )}
      </div>
      {adding && <TypeForm scope={scope} type={null} onClose={() => setAdding(false)} />}
    </Split>
  );
}

function matches({ event_type: type, description }: EventTypeLine, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return type.toLowerCase().includes(wanted) || description.toLowerCase().includes(wanted);
}

function Types({ types, filtered }: { types: EventTypeLine[]; filtered: boolean }) {
  const { catalog, shared } = useMessages();
  const { open } = catalogRoute.useSearch();
  if (types.length === 0) {
    return filtered ? (
      <EmptyState title={shared.table.noMatch} />
    ) : (
      <EmptyState icon={<IconBook size={32} stroke={1.5} />} title={catalog.empty.title} text={catalog.empty.text} />
    );
  }
  const categories = [...new Set(types.map(({ category }) => category))];
  return categories.map((category) => (
    <Table key={category} className={classes.types}>
      <Table.Caption className={classes.category}>
        <Foreign text={category} />
      </Table.Caption>
      <Table.Tbody>
        {types.filter((type) => type.category === category).map(({ event_type: type, description, has_schema: checked }) => (
          <Table.Tr key={type} data-open={type === open}>
            <Table.Td className={classes.type}>
              <Link from={catalogRoute.fullPath} search={(before) => ({ ...before, open: type })} resetScroll={false}>
                <Foreign text={type} />
              </Link>
            </Table.Td>
            <Table.Td className={classes.about}>
              <Foreign text={description} />
            </Table.Td>
            <Table.Td className={classes.mark}>{checked ? catalog.checked : catalog.unchecked}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  ));
}
