//! Registers an event type, or changes one. The server says when a change breaks receivers, before it is made.

import { Button, Checkbox, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keys } from "@/api/keys";
import type { EventTypeDetail } from "@/api/objects";
import { ApiError, fieldErrors } from "@/api/problem";
import type { Scope } from "@/api/scope";
import { useMessages } from "@/messages/context";
import { prettyJson } from "@/shared/json";
import { JsonEditor } from "@/shared/JsonEditor";
import { readObject, type ObjectText } from "@/shared/jsonTree";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { showHidden } from "@/shared/text";
import classes from "./page.module.css";
import { changeType, registerType } from "./queries";
import { useCatalogWords } from "./words";

interface Props {
  scope: Scope;
  /** Null registers a new type. */
  type: EventTypeDetail | null;
  /** The name of a new type that was published already. */
  name?: string;
  onClose: () => void;
}

export function TypeForm({ scope, type, name: given = "", onClose }: Props) {
  const catalog = useCatalogWords();
  const { shared } = useMessages();
  const words = catalog.form;
  const queries = useQueryClient();
  const [name, setName] = useState(type?.type.event_type ?? given);
  const [category, setCategory] = useState(type?.type.category ?? "");
  const [description, setDescription] = useState(type?.type.description ?? "");
  const [schema, setSchema] = useState(() => prettyJson(type?.schemaText ?? ""));
  const [example, setExample] = useState(() => prettyJson(type?.exampleText ?? ""));
  const [force, setForce] = useState(false);
  const read = { schema: readObject(schema), example: readObject(example) };
  const save = useMutation({
    mutationFn: () => {
      const fields = { category, description, schema: textOf(schema, read.schema), example: textOf(example, read.example) };
      return type === null ? registerType(name.trim(), fields) : changeType(type.type.event_type, fields, force);
    },
    onSuccess: onClose,
    onSettled: () => queries.invalidateQueries({ queryKey: keys.catalog.all(scope) }),
  });
  const errors = fieldErrors(save.error);
  const breaks = breakingChanges(save.error);
  // The refusal was about the schema before this change.
  const changeSchema = (text: string) => {
    setSchema(text);
    setForce(false);
    if (breaks.length > 0) save.reset();
  };
  const wrong = [read.schema, read.example].some(({ state }) => state === "broken" || state === "other");
  const title = type === null ? catalog.register : catalog.change;
  return (
    <Modal opened onClose={onClose} title={title} size="lg" closeButtonProps={{ "aria-label": shared.close }}>
      <Stack gap="md">
        {type === null && (
          <TextInput
            label={words.name}
            placeholder="invoice.archived"
            value={name}
            error={errors.event_type}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
          />
        )}
        <TextInput label={words.category} value={category} error={errors.category} onChange={({ currentTarget }) => setCategory(currentTarget.value)} />
        <TextInput label={words.description} value={description} error={errors.description} onChange={({ currentTarget }) => setDescription(currentTarget.value)} />
        <JsonEditor label={words.schema} text={schema} onChange={changeSchema} read={read.schema} error={errors.schema} rows={12} />
        <JsonEditor label={words.example} text={example} onChange={setExample} read={read.example} error={errors.example} rows={6} />
        {breaks.length > 0 ? (
          <Breaks breaks={breaks} force={force} onForce={setForce} />
        ) : (
          save.error && <ProblemNotice error={save.error} inline />
        )}
        <Group justify="flex-end" gap="sm">
          <Button variant="subtle" color="gray" onClick={onClose}>
            {shared.cancel}
          </Button>
          <Button disabled={wrong || name.trim() === "" || (breaks.length > 0 && !force)} loading={save.isPending} onClick={() => save.mutate()}>
            {title}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

interface BreaksProps {
  breaks: { field: string; reason: string }[];
  force: boolean;
  onForce: (force: boolean) => void;
}

function Breaks({ breaks, force, onForce }: BreaksProps) {
  const words = useCatalogWords().form;
  return (
    <div role="alert" className={classes.breaks}>
      <Text fw={600}>{words.breaks}</Text>
      <ul className={classes.faults}>
        {breaks.map(({ field, reason }, index) => (
          <li key={index}>
            <span className={classes.path}>{showHidden(field)}</span> {showHidden(reason)}
          </li>
        ))}
      </ul>
      <Checkbox label={words.force} checked={force} onChange={({ currentTarget }) => onForce(currentTarget.checked)} />
    </div>
  );
}

function textOf(text: string, { state }: ObjectText): string | null {
  return state === "empty" ? null : text;
}

/** The reasons of a refused schema, which `force` overrides; empty for any other failure. */
export function breakingChanges(error: unknown): { field: string; reason: string }[] {
  if (!(error instanceof ApiError) || error.status !== 422) return [];
  const errors = error.problem?.errors ?? [];
  if (errors.length === 0 || !errors.every(({ message }) => message.startsWith(BREAKS))) return [];
  return errors.map(({ field, message }) => ({ field, reason: message.slice(BREAKS.length).replace(/; force it with .*$/, "") }));
}

const BREAKS = "breaks receivers: ";
