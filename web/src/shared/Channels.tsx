//! Names of channels: added one by one, removed by their buttons.

import { Button, Pill, TextInput } from "@mantine/core";
import { useState, type ReactNode } from "react";
import { useMessages } from "@/messages/context";
import { channels as en } from "@/messages/en/channels";
import { channels as es } from "@/messages/es/channels";
import { useWords } from "@/messages/words";
import classes from "./Channels.module.css";

const CHANNEL = /^[A-Za-z0-9\-_.:]{1,100}$/;
const MOST = 10;

interface Props {
  value: string[];
  onChange: (channels: string[]) => void;
  description: string;
  error?: ReactNode;
}

export function Channels({ value, onChange, description, error }: Props) {
  const words = useWords({ en, es });
  const { shared } = useMessages();
  const [typed, setTyped] = useState("");
  const full = value.length >= MOST;
  const wrong = typed !== "" && !CHANNEL.test(typed);
  const add = () => {
    if (typed === "" || wrong || full) return;
    if (!value.includes(typed)) onChange([...value, typed]);
    setTyped("");
  };
  return (
    <div className={classes.channels}>
      <TextInput
        label={words.label}
        description={description}
        placeholder={words.hint}
        disabled={full}
        error={wrong ? words.wrong : full ? words.full : error}
        inputWrapperOrder={["label", "description", "input", "error"]}
        spellCheck={false}
        autoCapitalize="off"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value.trim())}
        onBlur={add}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          add();
        }}
        rightSectionWidth={72}
        rightSection={
          <Button variant="subtle" size="compact-xs" onClick={add} disabled={typed === "" || wrong || full}>
            {shared.add}
          </Button>
        }
      />
      {value.length > 0 && (
        <div className={classes.pills}>
          {value.map((channel) => (
            <Pill
              key={channel}
              withRemoveButton
              onRemove={() => onChange(value.filter((other) => other !== channel))}
              removeButtonProps={{ "aria-label": words.remove(channel), tabIndex: 0, "aria-hidden": undefined }}
            >
              {channel}
            </Pill>
          ))}
        </div>
      )}
    </div>
  );
}
