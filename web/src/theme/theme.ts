//! Mantine's theme, made from the tokens.

import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";
import table from "./Table.module.css";

const spruce: MantineColorsTuple = [
  "#e8f4f5",
  "#d2e8eb",
  "#a5d2d8",
  "#75bbc4",
  "#4da7b2",
  "#3397a4",
  "#1f8593",
  "#0f7482",
  "#0b6573",
  "#07515d",
];

const dark: MantineColorsTuple = [
  "#e4e9ed",
  "#c3cbd2",
  "#9ba6b0",
  "#6b7781",
  "#3d454d",
  "#282e34",
  "#1d2126",
  "#16191d",
  "#101316",
  "#0b0d0f",
];

export const theme = createTheme({
  primaryColor: "spruce",
  primaryShade: { light: 8, dark: 7 },
  colors: { spruce, dark },
  respectReducedMotion: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: "var(--pr-mono)",
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  spacing: { xs: "4px", sm: "8px", md: "12px", lg: "16px", xl: "24px" },
  radius: { xs: "3px", sm: "4px", md: "6px", lg: "8px", xl: "12px" },
  defaultRadius: "md",
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "20px", lineHeight: "28px" },
      h2: { fontSize: "16px", lineHeight: "24px" },
      h3: { fontSize: "14px", lineHeight: "20px" },
    },
  },
  components: {
    Button: { defaultProps: { size: "xs", fz: "sm", fw: 600 } },
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray", size: 28 } },
    TextInput: { defaultProps: { size: "xs" } },
    PasswordInput: { defaultProps: { size: "xs" } },
    NumberInput: { defaultProps: { size: "xs" } },
    Textarea: { defaultProps: { size: "xs" } },
    Select: { defaultProps: { size: "xs" } },
    MultiSelect: { defaultProps: { size: "xs" } },
    InputWrapper: { styles: { description: { fontSize: 12 } } },
    InlineInput: { styles: { label: { fontSize: 13 }, description: { fontSize: 12 } } },
    Checkbox: { defaultProps: { size: "xs" }, styles: { label: { fontSize: 13 }, description: { fontSize: 12 } } },
    Switch: { defaultProps: { size: "xs" } },
    SegmentedControl: { defaultProps: { size: "xs" } },
    Menu: { defaultProps: { shadow: "md", position: "bottom-end", width: 220 } },
    Tooltip: { defaultProps: { openDelay: 300, events: { hover: true, focus: true, touch: false } } },
    Table: { classNames: { table: table.table, th: table.th, td: table.td } },
    Text: { defaultProps: { size: "sm" } },
    Modal: { defaultProps: { centered: true, radius: "lg" }, styles: { title: { fontSize: 16, fontWeight: 600 } } },
  },
});

export const resolveVariables: CSSVariablesResolver = () => {
  const fromTokens = {
    "--mantine-color-body": "var(--pr-surface)",
    "--mantine-color-text": "var(--pr-text)",
    "--mantine-color-dimmed": "var(--pr-muted)",
    "--mantine-color-placeholder": "var(--pr-muted)",
    "--mantine-color-default-border": "var(--pr-edge)",
    "--mantine-color-anchor": "var(--pr-accent)",
    "--mantine-color-spruce-light-color": "var(--pr-accent)",
    "--mantine-color-error": "var(--pr-bad)",
    "--mantine-shadow-md": "var(--pr-shadow)",
  };
  return { variables: {}, light: fromTokens, dark: fromTokens };
};
