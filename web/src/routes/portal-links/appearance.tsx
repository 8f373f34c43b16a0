//! The appearance of a portal link, with a preview that follows.

import { Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { contrast, parseColor } from "@/shared/contrast";
import { useFormat } from "@/shared/format";
import type { PartProps } from "./form";
import { Preview } from "./preview";
import classes from "./preview.module.css";
import { colorFault } from "./values";
import { useLinkWords } from "./words";

const LANGUAGES = ["en", "es"];

export function AppearanceFields({ values, errors, onChange }: PartProps) {
  const { form: words } = useLinkWords();
  const text = (name: "logo" | "logoDark", label: string, field: string) => (
    <TextInput
      type="url"
      label={label}
      placeholder="https://"
      value={values[name]}
      error={errors[`appearance.${field}`]}
      onChange={({ currentTarget }) => onChange({ [name]: currentTarget.value })}
    />
  );
  return (
    <Stack gap="md" role="group" aria-label={words.appearance}>
      <Text fw={600}>{words.appearance}</Text>
      <TextInput
        label={words.name}
        maxLength={100}
        value={values.name}
        error={errors["appearance.name"]}
        onChange={({ currentTarget }) => onChange({ name: currentTarget.value })}
      />
      <Colors values={values} errors={errors} onChange={onChange} />
      <Preview name={values.name} color={values.color} textColor={values.textColor} />
      <Group grow gap="md" align="flex-start">
        {text("logo", words.logo, "logo_url")}
        {text("logoDark", words.logoDark, "logo_dark_url")}
      </Group>
      <Group grow gap="md" align="flex-start">
        <Select
          label={words.scheme}
          placeholder={words.schemeAuto}
          clearable
          data={(["light", "dark"] as const).map((value) => ({ value, label: words.schemes[value] ?? value }))}
          value={values.scheme}
          onChange={(scheme) => onChange({ scheme: scheme === "light" || scheme === "dark" ? scheme : null })}
        />
        <Select
          label={words.language}
          placeholder={words.languageAuto}
          clearable
          data={LANGUAGES.map((value) => ({ value, label: words.languages[value] ?? value }))}
          value={values.language}
          onChange={(language) => onChange({ language })}
        />
      </Group>
    </Stack>
  );
}

function Colors({ values, errors, onChange }: PartProps) {
  const { form: words } = useLinkWords();
  const format = useFormat();
  const fault = colorFault(values);
  const ratio = format.number(Math.round((contrast(values.color, values.textColor) ?? 0) * 10) / 10);
  const ownFault = fault === "textColor" ? words.wrongColor : fault === "contrast" ? words.tooLow(ratio) : errors["appearance.text_color"];
  return (
    <Group grow gap="md" align="flex-start">
      <div className={classes.colors}>
        <TextInput
          label={words.color}
          placeholder="#1a73e8"
          spellCheck={false}
          value={values.color}
          error={fault === "color" ? words.wrongColor : errors["appearance.color"]}
          onChange={({ currentTarget }) => onChange({ color: currentTarget.value.trim() })}
        />
        <input
          type="color"
          className={classes.pick}
          aria-label={words.pickColor}
          value={/^#[0-9a-f]{6}$/i.test(values.color) && parseColor(values.color) ? values.color.toLowerCase() : "#0b6573"}
          onChange={({ currentTarget }) => onChange({ color: currentTarget.value })}
        />
      </div>
      <TextInput
        label={words.textColor}
        placeholder={words.textColorHint}
        spellCheck={false}
        value={values.textColor}
        error={ownFault}
        onChange={({ currentTarget }) => onChange({ textColor: currentTarget.value.trim() })}
      />
    </Group>
  );
}
