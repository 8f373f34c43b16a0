//! The event types by category, and the open one beside the list.

import { Button, Skeleton, Stack, Table, TextInput } from "@mantine/core";
import { IconBook, IconPlus, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { EventTypeLine, Misfit } from "@/api/types";
import { ChooseTenant } from "@/frame/ChooseTenant";
import { useScope } from "@/frame/useScope";
import { useMessages } from "@/messages/context";
import { useMay } from "@/session/context";
import { EmptyState } from "@/shared/EmptyState";
import { Foreign } from "@/shared/Foreign";
import { ListScreen } from "@/shared/ListScreen";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { showHidden } from "@/shared/text";
import { TypePanel } from "./detail";
import { TypeForm } from "./form";
import { countMisfits, misfitsByType } from "./misfits";
import classes from "./page.module.css";
import { catalogQuery, misfitsQuery } from "./queries";
import { catalogRoute } from "./route";
import { useCatalogWords } from "./words";

const MOST_UNKNOWN = 50;

export function CatalogPage() {
  const catalog = useCatalogWords();
  const scope = useScope();
  const { open, text = "" } = catalogRoute.useSearch();
  const navigate = useNavigate({ from: catalogRoute.fullPath });
  const mayOperate = useMay("operate");
  /** The name of the type that is registered; empty for one that is typed. */
  const [adding, setAdding] = useState<string | null>(null);
  const types = useQuery(catalogQuery(scope));
  const misfits = useQuery(misfitsQuery(mayOperate));
  const count = countMisfits(misfits.data ?? []);
  const close = () => void navigate({ search: (before) => ({ ...before, open: undefined }) });
  if (scope.tenant === null) {
    return <ChooseTenant icon={<IconBook size={32} stroke={1.5} />} title={catalog.chooseTenant} text={catalog.chooseTenantText} />;
  }
  return (
    <ListScreen
      answer={types.data && catalog.answer(types.data.length, count.events, count.types)}
      filters={
        <TextInput
          w={{ base: 220, sm: 280 }}
          aria-label={catalog.search}
          placeholder={catalog.searchHint}
          leftSection={<IconSearch size={14} />}
          value={text}
          onChange={({ currentTarget: { value } }) =>
            void navigate({ search: (before) => ({ ...before, text: value || undefined }), replace: true })
          }
        />
      }
      action={
        mayOperate && (
          <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding("")}>
            {catalog.register}
          </Button>
        )
      }
      panel={open === undefined ? null : <TypePanel key={open} type={open} misfits={misfits.data ?? []} onClose={close} />}
    >
      <div className={classes.list}>
        {types.data ? (
          <>
            {text === "" && <Unknown misfits={misfits.data ?? []} types={types.data} onRegister={setAdding} />}
            <Types types={types.data.filter((type) => matches(type, text))} misfits={misfits.data ?? []} filtered={text !== ""} />
          </>
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
      {adding !== null && <TypeForm scope={scope} type={null} name={adding} onClose={() => setAdding(null)} />}
    </ListScreen>
  );
}

function matches({ event_type: type, description }: EventTypeLine, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return type.toLowerCase().includes(wanted) || description.toLowerCase().includes(wanted);
}

interface UnknownProps {
  misfits: Misfit[];
  types: EventTypeLine[];
  onRegister: (type: string) => void;
}

/** Types that were published and are not in the catalog: a typo, or one to be registered. */
function Unknown({ misfits, types, onRegister }: UnknownProps) {
  const catalog = useCatalogWords();
  const known = new Set(types.map(({ event_type: type }) => type));
  const unknown = misfitsByType(misfits.filter(({ event_type: type, kind }) => kind === "unknown_type" && !known.has(type)));
  if (unknown.length === 0) return null;
  return (
    <Table className={classes.types}>
      <Table.Caption className={classes.category}>{catalog.unknown}</Table.Caption>
      <Table.Tbody>
        {unknown.slice(0, MOST_UNKNOWN).map(([type, times]) => (
          <Table.Tr key={type}>
            <Table.Td className={classes.type}>
              <Foreign text={type} />
            </Table.Td>
            <Table.Td className={classes.about}>{catalog.times(times)}</Table.Td>
            <Table.Td className={classes.mark}>
              <Button variant="subtle" size="compact-xs" aria-label={`${catalog.register}: ${showHidden(type)}`} onClick={() => onRegister(type)}>
                {catalog.registerShort}
              </Button>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

interface TypesProps {
  types: EventTypeLine[];
  misfits: Misfit[];
  filtered: boolean;
}

function Types({ types, misfits, filtered }: TypesProps) {
  const catalog = useCatalogWords();
  const { shared } = useMessages();
  const { open } = catalogRoute.useSearch();
  if (types.length === 0) {
    return filtered ? (
      <EmptyState title={shared.table.noMatch} />
    ) : (
      <EmptyState icon={<IconBook size={32} stroke={1.5} />} title={catalog.empty.title} text={catalog.empty.text} />
    );
  }
  const broken = new Map(misfitsByType(misfits));
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
            <Table.Td className={classes.mark} data-bad={broken.has(type)}>
              {broken.has(type) ? catalog.times(broken.get(type) ?? 0) : checked ? catalog.checked : catalog.unchecked}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  ));
}
