//! Query parameters: names and values that are added and removed.

import { ActionIcon, Button, Text, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useShapeWords } from "../shapeWords";
import classes from "./form.module.css";
import type { FormProps } from "./where";

/** `fixed`: none can be added. */
export function Query({ form, fixed }: FormProps & { fixed: boolean }) {
  const words = useShapeWords().form;
  return (
    <div className={classes.section} role="group" aria-label={words.query}>
      {form.values.query.map(({ name }, index) => (
        <div key={index} className={classes.header}>
          <TextInput aria-label={words.queryName} placeholder={words.queryName} spellCheck={false} {...form.getInputProps(`query.${index}.name`)} />
          <TextInput aria-label={words.queryValue} placeholder={words.queryValue} spellCheck={false} {...form.getInputProps(`query.${index}.value`)} />
          <ActionIcon aria-label={words.removeQuery(name)} onClick={() => form.removeListItem("query", index)}>
            <IconTrash size={16} />
          </ActionIcon>
        </div>
      ))}
      {form.errors.query && <Text c="var(--pr-bad)">{form.errors.query}</Text>}
      <div>
        <Button variant="subtle" leftSection={<IconPlus size={14} />} disabled={fixed} onClick={() => form.insertListItem("query", { name: "", value: "" })}>
          {words.addQuery}
        </Button>
      </div>
    </div>
  );
}
